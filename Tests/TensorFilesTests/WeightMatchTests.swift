import GraphIR
import TensorFiles
import Testing

/// Files of other libraries' names and shapes onto the program's networks.
struct WeightMatchTests {
  /// A safetensors file of bytes 0 in so many tensors, float16 to be small.
  private func file(_ tensors: [(name: String, shape: [Int])]) throws -> TensorFile {
    var place = 0
    let members = tensors.map { name, shape in
      let start = place
      place += 2 * shape.reduce(1, *)
      return #""\#(name)":{"dtype":"F16","shape":\#(shape),"data_offsets":[\#(start),\#(place)]}"#
    }
    let header = Array("{\(members.joined(separator: ","))}".utf8)
    return try TensorFile(
      bytes: withUnsafeBytes(of: UInt64(header.count).littleEndian, Array.init) + header
        + [UInt8](repeating: 0, count: place))
  }

  private func graph(_ name: String, channels: Int = 3, size: Int = 32, classes: Int = 10) throws -> Graph {
    try #require(Architecture.named(name)).build(
      Shape(channels: channels, height: size, width: size), classes)
  }

  private func shapes(_ graph: Graph) -> [(name: String, shape: [Int])] {
    initialParameters(for: graph, seed: 0).tensors.map { ($0.key, $0.value.shape) }.sorted {
      $0.name < $1.name
    }
  }

  @Test(arguments: ["", "module.", "module._orig_mod."])
  func torchvisionsNamesMatchUnderTheirWrappers(prefix: String) throws {
    let wanted = try graph("resnet18")
    let other = try graph("resnet18", classes: 1000)
    let tensors = shapes(other) + [("bn1.num_batches_tracked", [])]
    let file = try file(tensors.map { (prefix + $0.name, $0.shape) })
    let match = WeightMatch(file, for: wanted)
    #expect(match.matchedCount == 100)
    #expect(match.newCount == 2)
    #expect(match.replacedHead?.layer == "fc")
    #expect(match.replacedHead?.classes == 1000)
    #expect(match.missing.isEmpty && match.misfits.isEmpty && match.extra.isEmpty)
    let parameters = try #require(try match.parameters(from: file, seed: 4) { _ in true })
    #expect(parameters["fc.weight"] == initialParameters(for: wanted, seed: 4)["fc.weight"])
    #expect(parameters["conv1.weight"]?.floats.allSatisfy { $0 == 0 } ?? false)
  }

  @Test func timmsMobileNetMatchesUnderItsOwnNames() throws {
    let wanted = try graph("mobilenetv2")
    let stages = [1, 2, 3, 4, 3, 3, 1]
    var theirs: [String: String] = [
      "features.0.0": "conv_stem", "features.0.1": "bn1", "features.18.0": "conv_head",
      "features.18.1": "bn2",
      "classifier.1": "classifier",
    ]
    var number = 1
    for (stage, blocks) in stages.enumerated() {
      for block in 0..<blocks {
        let pairs =
          stage == 0
          ? [("0.0", "conv_dw"), ("0.1", "bn1"), ("1", "conv_pw"), ("2", "bn2")]
          : [
            ("0.0", "conv_pw"), ("0.1", "bn1"), ("1.0", "conv_dw"), ("1.1", "bn2"), ("2", "conv_pwl"),
            ("3", "bn3"),
          ]
        for (own, other) in pairs {
          theirs["features.\(number).conv.\(own)"] = "blocks.\(stage).\(block).\(other)"
        }
        number += 1
      }
    }
    let tensors = shapes(wanted).map { name, shape -> (name: String, shape: [Int]) in
      let parts = name.split(separator: ".")
      let layer = parts.dropLast().joined(separator: ".")
      return ("\(theirs[layer] ?? layer).\(parts[parts.count - 1])", shape)
    }
    let match = WeightMatch(try file(tensors), for: wanted)
    #expect(match.newCount == 0)
    #expect(match.extra.isEmpty)
  }

  @Test func whatDoesNotFitIsListed() throws {
    let wanted = try graph("qatcnn", channels: 1)
    var tensors = shapes(wanted).filter { $0.name != "conv2.bias" }
    tensors[tensors.firstIndex { $0.name == "conv1.weight" } ?? 0].shape = [16, 3, 3, 3]
    let match = WeightMatch(try file(tensors + [("other", [2, 2])]), for: wanted)
    #expect(match.missing == ["conv2.bias"])
    #expect(match.misfits.map(\.name) == ["conv1.weight"])
    #expect(match.misfits.map(\.found) == [[16, 3, 3, 3]])
    #expect(match.misfits.map(\.wanted) == [[16, 1, 3, 3]])
    #expect(match.extra == ["other"])
    #expect(match.body.count == 4)
    #expect(match.body.matched == 2)
  }

  /// Against the average itself, on planes of every size that it takes.
  @Test(arguments: [(1, 1), (2, 3), (3, 2), (4, 4), (5, 7), (6, 1), (7, 7)])
  func theAverageOverAPlaneIsFoldedExactly(height: Int, width: Int) throws {
    let channels = 2
    let fold = try #require(PlaneFold(channels: channels, height: height, width: width, columns: 98))
    var generator = SeededGenerator(seed: 2, purpose: "fold")
    let matrix = (0..<3 * 98).map { _ in generator.uniform() - 0.5 }
    let image = (0..<channels * height * width).map { _ in generator.uniform() }
    let folded = fold.fold(matrix, rows: 3)
    for row in 0..<3 {
      var wanted = 0.0
      for channel in 0..<channels {
        for i in 0..<7 {
          for j in 0..<7 {
            let rows = i * height / 7..<Int((Double((i + 1) * height) / 7).rounded(.up))
            let columns = j * width / 7..<Int((Double((j + 1) * width) / 7).rounded(.up))
            var sum = 0.0
            for y in rows { for x in columns { sum += Double(image[(channel * height + y) * width + x]) } }
            wanted +=
              sum / Double(rows.count * columns.count) * Double(matrix[row * 98 + channel * 49 + i * 7 + j])
          }
        }
      }
      let found = zip(folded[row * image.count..<(row + 1) * image.count], image).reduce(0.0) {
        $0 + Double($1.0) * Double($1.1)
      }
      #expect(abs(found - wanted) < 1e-5)
    }
  }

  @Test func aPlaneLargerThanTheAverageIsNotFolded() {
    #expect(PlaneFold(channels: 2, height: 8, width: 7, columns: 98) == nil)
    #expect(PlaneFold(channels: 2, height: 7, width: 7, columns: 99) == nil)
  }

  @Test func aNormalizationComesBackAsItWasStored() {
    let own = Normalization(mean: [0.1, 0.30000001, 1e-7], deviation: [1, 0.25, 3])
    #expect(Normalization(stored: own.stored) == own)
    #expect(Normalization(stored: Normalization.imageNet.stored) == .imageNet)
    for text in [
      "", "mean deviation", "mean 1 deviation 0", "mean 1 2 deviation 1", "mean a deviation 1",
      "mean nan deviation 1",
    ] {
      #expect(Normalization(stored: text) == nil)
    }
  }
}
