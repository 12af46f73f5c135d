import GraphIR

/// Names of a file's tensors, each by the name that the program's network has for it.
///
/// The program's names are torchvision's. What wrappers put before every name is taken off, and those of timm's
/// MobileNetV2 and VGG are translated; timm's ResNets have torchvision's names.
struct TensorNames {
  /// File's names by the program's.
  private(set) var names: [String: String] = [:]

  /// DataParallel's, torch.compile's and Lightning's.
  private static let prefixes = ["module.", "_orig_mod.", "model."]

  init(of tensors: some Collection<String>, architecture: String) {
    var prefix = ""
    while let next = Self.prefixes.first(where: { next in tensors.allSatisfy { $0.hasPrefix(prefix + next) } }
    ),
      !tensors.isEmpty
    {
      prefix += next
    }
    for name in tensors {
      let plain = String(name.dropFirst(prefix.count))
      names[Self.translated(plain, architecture)] = name
    }
  }

  private static func translated(_ name: String, _ architecture: String) -> String {
    switch architecture {
    case "mobilenetv2": mobile(name)
    case "vgg11", "vgg11_bn": vgg(name)
    default: name
    }
  }

  /// The name with its first parts replaced, where they are those.
  private static func replacing(_ name: String, _ pairs: [(String, String)]) -> String {
    for (old, new) in pairs where name.hasPrefix(old + ".") { return new + name.dropFirst(old.count) }
    return name
  }

  private static func vgg(_ name: String) -> String {
    replacing(
      name,
      [("pre_logits.fc1", "classifier.0"), ("pre_logits.fc2", "classifier.3"), ("head.fc", "classifier.6")])
  }

  /// timm's stages of blocks, each with as many as table 2 of the paper has.
  private static let mobileStages = [1, 2, 3, 4, 3, 3, 1]

  private static func mobile(_ name: String) -> String {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0] == "blocks", let stage = Int(parts[1]), let block = Int(parts[2]),
      mobileStages.indices.contains(stage), (0..<mobileStages[stage]).contains(block)
    else {
      return replacing(
        name,
        [
          ("conv_stem", "features.0.0"), ("bn1", "features.0.1"), ("conv_head", "features.18.0"),
          ("bn2", "features.18.1"), ("classifier", parts.count == 2 ? "classifier.1" : "classifier"),
        ])
    }
    // The first block has no expansion, so that its layers begin with the depthwise one.
    let places =
      stage == 0
      ? ["conv_dw": "0.0", "bn1": "0.1", "conv_pw": "1", "bn2": "2"]
      : ["conv_pw": "0.0", "bn1": "0.1", "conv_dw": "1.0", "bn2": "1.1", "conv_pwl": "2", "bn3": "3"]
    guard let place = places[String(parts[3])] else { return name }
    let number = 1 + mobileStages[..<stage].reduce(0, +) + block
    return "features.\(number).conv.\(place).\(parts[4])"
  }
}
