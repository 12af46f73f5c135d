/// Numbers with a shape, row-major; convolution weights are [outputs, inputs, height, width].
package struct Tensor: Hashable, Sendable {
  package enum Elements: Hashable, Sendable {
    case float32([Float])
    case int8([Int8])
    case int32([Int32])
  }

  package var shape: [Int]
  package var elements: Elements

  package init(shape: [Int], elements: Elements) {
    self.shape = shape
    self.elements = elements
  }

  package init(_ values: [Float], shape: [Int]? = nil) {
    self.init(shape: shape ?? [values.count], elements: .float32(values))
  }

  package init(repeating value: Float, shape: [Int]) {
    self.init(shape: shape, elements: .float32(Array(repeating: value, count: shape.reduce(1, *))))
  }

  package var count: Int { shape.reduce(1, *) }

  /// The values of a float tensor; empty for integers.
  package var floats: [Float] {
    if case .float32(let values) = elements { values } else { [] }
  }
  /// The values of an int8 tensor; empty for others.
  package var int8s: [Int8] {
    if case .int8(let values) = elements { values } else { [] }
  }
  /// The values of an int32 tensor; empty for others.
  package var int32s: [Int32] {
    if case .int32(let values) = elements { values } else { [] }
  }

  /// Whether no value is infinite or NaN.
  package var isFinite: Bool {
    guard case .float32(let values) = elements else { return true }
    // Among the bits without the sign, those of infinity are the least that no finite number has.
    let greatest = values.reduce(into: UInt32(0)) { $0 = max($0, $1.bitPattern & 0x7FFF_FFFF) }
    return greatest < Float.infinity.bitPattern
  }

  package var byteCount: Int {
    switch elements {
    case .float32, .int32: 4 * count
    case .int8: count
    }
  }
}

/// A model's tensors by name; names follow torchvision's `state_dict`.
package struct ParameterSet: Hashable, Sendable {
  package var tensors: [String: Tensor]

  package init(_ tensors: [String: Tensor] = [:]) { self.tensors = tensors }

  package subscript(name: String) -> Tensor? {
    get { tensors[name] }
    set { tensors[name] = newValue }
  }

  package var names: [String] { tensors.keys.sorted() }
  package var byteCount: Int { tensors.values.reduce(0) { $0 + $1.byteCount } }

  /// The first tensor, by name, with a value that is infinite or NaN.
  package var firstNotFinite: String? {
    tensors.filter { !$0.value.isFinite }.keys.min()
  }
}
