import Foundation

/// An ONNX graph that grows node by node.
///
/// A node has one output, which is named as the node.
struct GraphWriter {
  private(set) var graph = ONNXGraph()
  private var names: UsedNames
  /// Constants by what they hold, where several nodes read the same.
  private var shared: [String: String] = [:]

  /// `ends` are the names of the graph's inputs and outputs, whatever its layers are called.
  init(name: String, ends: Set<String>) {
    names = UsedNames(ends)
    graph.name = name
  }

  /// Appends a node; returns the name of its output.
  mutating func add(
    _ operation: String, _ name: String, _ inputs: [String], _ attributes: [ONNXAttribute] = []
  ) -> String {
    var node = ONNXNode()
    node.operation = operation
    node.name = names.unused(name)
    node.inputs = inputs
    node.outputs = [node.name]
    node.attributes = attributes
    graph.nodes.append(node)
    return node.name
  }

  /// Appends a node with several outputs, named as the node with the given ends.
  mutating func add(_ operation: String, _ name: String, _ inputs: [String], ends: [String]) -> [String] {
    let first = add(operation, name, inputs)
    let outputs = ends.map { names.unused(first + "." + $0) }
    graph.nodes[graph.nodes.count - 1].outputs = outputs
    return outputs
  }

  mutating func input(_ name: String, shape: [ONNXExtent]) { graph.inputs.append(value(name, shape)) }

  /// Makes what a node has computed, and no other has read, an output of the graph under a name of its own.
  mutating func output(_ source: String, as name: String, shape: [ONNXExtent]) {
    if let maker = graph.nodes.lastIndex(where: { $0.outputs == [source] }) {
      graph.nodes[maker].outputs = [name]
    }
    graph.outputs.append(value(name, shape))
  }

  private func value(_ name: String, _ shape: [ONNXExtent]) -> ONNXValue {
    var value = ONNXValue()
    value.name = name
    value.type.tensor.element = Int32(ONNXTensor.Element.float32.rawValue)
    value.type.tensor.shape.extents = shape
    return value
  }
}

// Constants; an empty shape is that of a single value.
extension GraphWriter {
  mutating func floats(_ name: String, _ values: [Float], shape: [Int]) -> String {
    constant(name, .float32, shape, values.withUnsafeBytes { Data($0) })
  }

  mutating func codes(_ name: String, _ values: [Int8], shape: [Int]) -> String {
    constant(name, .int8, shape, values.withUnsafeBytes { Data($0) })
  }

  /// Codes from −8 to 7, two a byte, the first in the low bits.
  mutating func halfCodes(_ name: String, _ values: [Int8], shape: [Int]) -> String {
    let packed = stride(from: 0, to: values.count, by: 2).map { index in
      let low = UInt8(bitPattern: values[index]) & 0xF
      return index + 1 < values.count ? low | UInt8(bitPattern: values[index + 1]) << 4 : low
    }
    return constant(name, .int4, shape, Data(packed))
  }

  mutating func integers(_ name: String, _ values: [Int32], shape: [Int]) -> String {
    constant(name, .int32, shape, values.withUnsafeBytes { Data($0) })
  }

  mutating func sizes(_ name: String, _ values: [Int]) -> String {
    constant(name, .int64, [values.count], values.map(Int64.init).withUnsafeBytes { Data($0) })
  }

  /// A scale, a bound: one for all who name the same.
  mutating func scalar(_ value: Float) -> String {
    let key = "float \(value.bitPattern)"
    if let name = shared[key] { return name }
    let name = floats("number.\(value)", [value], shape: [])
    shared[key] = name
    return name
  }

  /// A zero point as a byte, signed or not: one for all who name the same.
  mutating func zeroPoint(_ value: Int, signed: Bool) -> String {
    let key = "zero \(signed) \(value)"
    if let name = shared[key] { return name }
    let name = constant(
      "zero." + (signed ? "int8." : "uint8.") + "\(value)", signed ? .int8 : .uint8, [],
      Data([UInt8(truncatingIfNeeded: value)]))
    shared[key] = name
    return name
  }

  private mutating func constant(
    _ name: String, _ element: ONNXTensor.Element, _ shape: [Int], _ bytes: Data
  ) -> String {
    var tensor = ONNXTensor()
    tensor.name = names.unused(name)
    tensor.element = element
    tensor.extents = shape.map(Int64.init)
    tensor.raw = bytes
    graph.constants.append(tensor)
    return tensor.name
  }
}

extension ONNXAttribute {
  static func integer(_ name: String, _ value: Int) -> ONNXAttribute {
    var attribute = ONNXAttribute()
    (attribute.name, attribute.kind, attribute.integer) = (name, .integer, Int64(value))
    return attribute
  }

  static func integers(_ name: String, _ values: [Int]) -> ONNXAttribute {
    var attribute = ONNXAttribute()
    (attribute.name, attribute.kind, attribute.integers) = (name, .integers, values.map(Int64.init))
    return attribute
  }

  static func real(_ name: String, _ value: Float) -> ONNXAttribute {
    var attribute = ONNXAttribute()
    (attribute.name, attribute.kind, attribute.real) = (name, .real, value)
    return attribute
  }
}

extension ONNXExtent {
  static func count(_ count: Int) -> ONNXExtent {
    var extent = ONNXExtent()
    extent.count = Int64(count)
    return extent
  }

  static func named(_ name: String) -> ONNXExtent {
    var extent = ONNXExtent()
    extent.name = name
    return extent
  }
}
