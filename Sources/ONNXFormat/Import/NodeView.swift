import GraphIR

/// A node of a file, with its attributes by name.
struct NodeView {
  let node: ONNXNode
  let opset: Int
  private let attributes: [String: ONNXAttribute]

  init(_ node: ONNXNode, opset: Int) {
    self.node = node
    self.opset = opset
    attributes = Dictionary(node.attributes.map { ($0.name, $0) }) { first, _ in first }
  }

  /// What diagnostics call it: its name, or where it has none that of its output.
  var name: String { node.name.isEmpty ? node.outputs.first ?? "" : node.name }

  func refusal(_ reason: String) -> ImportError {
    .node(name: name, operation: node.operation, reason: reason)
  }

  var output: String {
    get throws(ImportError) {
      guard let output = node.outputs.first, !output.isEmpty else { throw refusal("has no output") }
      return output
    }
  }

  func input(_ place: Int) throws(ImportError) -> String {
    guard let input = optionalInput(place) else { throw refusal("has too few inputs") }
    return input
  }

  func optionalInput(_ place: Int) -> String? {
    node.inputs.indices.contains(place) && !node.inputs[place].isEmpty ? node.inputs[place] : nil
  }

  func integer(_ name: String, otherwise: Int) throws(ImportError) -> Int {
    guard let attribute = attributes[name] else { return otherwise }
    guard let value = Int(exactly: attribute.integer) else { throw refusal("has an impossible \(name)") }
    return value
  }

  func integers(_ name: String) -> [Int64] { attributes[name]?.integers ?? [] }

  func real(_ name: String, otherwise: Float) -> Float { attributes[name]?.real ?? otherwise }

  func has(_ name: String) -> Bool { attributes[name] != nil }

  func text(_ name: String) -> String {
    attributes[name].map { String(decoding: $0.text, as: UTF8.self) } ?? ""
  }

  /// One number of a list whose numbers are all the same.
  func uniform(_ name: String, count: Int, otherwise: Int) throws(ImportError) -> Int {
    guard let attribute = attributes[name] else { return otherwise }
    let values = attribute.integers
    guard values.count == count, let first = values.first, let value = Int(exactly: first) else {
      throw refusal("has \(values.count) \(name) where \(count) are needed")
    }
    guard values.allSatisfy({ $0 == first }) else {
      throw refusal("has \(name) that differ, \(values.map(String.init).joined(separator: ", "))")
    }
    return value
  }

  /// The value of a `Constant`.
  func constant() throws(ImportError) -> ImportedConstant {
    guard let attribute = node.attributes.first else { throw refusal("has no value") }
    switch attribute.name {
    case "value": return try ImportedConstant(attribute.tensor)
    case "value_float": return ImportedConstant(.reals([attribute.real]), shape: [])
    case "value_floats": return ImportedConstant(.reals(attribute.reals), shape: [attribute.reals.count])
    case "value_int": return ImportedConstant(.integers([attribute.integer]), shape: [])
    case "value_ints":
      return ImportedConstant(.integers(attribute.integers), shape: [attribute.integers.count])
    default: throw refusal("has a value of another kind, \(attribute.name)")
    }
  }
}

// Windows that slide.
extension NodeView {
  /// Padding on each side, for a window of `kernel` that moves by `stride`.
  func padding(kernel: Int, stride: Int) throws(ImportError) -> Int {
    switch text("auto_pad") {
    case "", "NOTSET": return try uniform("pads", count: 4, otherwise: 0)
    case "VALID": return 0
    case "SAME_UPPER", "SAME_LOWER":
      guard kernel % 2 == 1, stride == 1 else {
        throw refusal("pads one side more than the other")
      }
      return kernel / 2
    case let other: throw refusal("pads by \(other), which is not known")
    }
  }

  func requireNoDilation() throws(ImportError) {
    guard try uniform("dilations", count: 2, otherwise: 1) == 1 else { throw refusal("has dilations") }
  }
}
