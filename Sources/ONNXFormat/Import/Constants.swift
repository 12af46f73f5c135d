import Foundation

/// A tensor of a file: floats, or whole numbers such as sizes.
struct ImportedConstant {
  enum Values {
    case reals([Float])
    case integers([Int64])
  }

  var shape: [Int]
  var values: Values

  var reals: [Float]? { if case .reals(let reals) = values { reals } else { nil } }
  var integers: [Int64]? { if case .integers(let integers) = values { integers } else { nil } }
  /// The number that it is, where it is one.
  var number: Float? {
    switch values {
    case .reals(let reals): reals.count == 1 ? reals.first : nil
    case .integers(let integers): integers.count == 1 ? integers.first.map(Float.init) : nil
    }
  }

  init(_ values: Values, shape: [Int]) {
    self.values = values
    self.shape = shape
  }

  /// Reads and checks a tensor: its shape says how many values there must be, and nothing is made before they are
  /// counted.
  init(_ tensor: ONNXTensor) throws(ImportError) {
    let name = tensor.name.isEmpty ? "without a name" : tensor.name
    func refusal(_ reason: String) -> ImportError { .constant(name: name, reason: reason) }
    guard tensor.external.isEmpty, tensor.location == 0 else {
      throw refusal("lies in another file: save the model with its weights inside")
    }
    guard tensor.extents.count <= 16 else { throw refusal("has \(tensor.extents.count) dimensions") }
    var count = 1
    shape = []
    for extent in tensor.extents {
      guard let extent = Int(exactly: extent), extent >= 0 else { throw refusal("has an impossible shape") }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw refusal("has an impossible shape") }
      count = product
      shape.append(extent)
    }
    guard let values = Self.values(tensor) else {
      throw refusal("is of a type that is not read, or its bytes are no whole number of values")
    }
    self.values = values
    let found =
      switch values {
      case .reals(let reals): reals.count
      case .integers(let integers): integers.count
      }
    guard found == count else { throw refusal("has \(found) values, and its shape needs \(count)") }
  }

  /// From raw bytes where there are such, else from the field of its type.
  private static func values(_ tensor: ONNXTensor) -> Values? {
    switch tensor.element {
    case .float32:
      tensor.hasRaw
        ? elements(tensor.raw) { .reals($0.map { Float(bitPattern: $0) }) } : .reals(tensor.floatValues)
    case .float64:
      tensor.hasRaw
        ? elements(tensor.raw) { (bits: [UInt64]) in .reals(bits.map { Float(Double(bitPattern: $0)) }) }
        : .reals(tensor.doubleValues.map { Float($0) })
    case .float16:
      tensor.hasRaw
        ? elements(tensor.raw) { (bits: [UInt16]) in .reals(bits.map { Float(Float16(bitPattern: $0)) }) }
        : .reals(tensor.int32Values.map { Float(Float16(bitPattern: UInt16(truncatingIfNeeded: $0))) })
    case .bfloat16:
      tensor.hasRaw
        ? elements(tensor.raw) { (bits: [UInt16]) in .reals(bits.map { Float(bitPattern: UInt32($0) << 16) })
        }
        : .reals(
          tensor.int32Values.map { Float(bitPattern: UInt32(UInt16(truncatingIfNeeded: $0)) << 16) })
    case .int64:
      tensor.hasRaw
        ? elements(tensor.raw) { (bits: [UInt64]) in .integers(bits.map { Int64(bitPattern: $0) }) }
        : .integers(tensor.int64Values)
    case .int32:
      tensor.hasRaw
        ? elements(tensor.raw) { (bits: [UInt32]) in .integers(bits.map { Int64(Int32(bitPattern: $0)) }) }
        : .integers(tensor.int32Values.map(Int64.init))
    case .none, .uint8, .int8, .int4, .UNRECOGNIZED: nil
    }
  }

  /// Little-endian numbers; nil where the bytes are no whole number of them.
  private static func elements<Bits: FixedWidthInteger>(
    _ raw: Data, _ make: ([Bits]) -> Values
  ) -> Values? {
    let width = MemoryLayout<Bits>.size
    guard raw.count.isMultiple(of: width) else { return nil }
    return raw.withUnsafeBytes { bytes in
      make(
        (0..<bytes.count / width).map { index in
          Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: index * width, as: Bits.self))
        })
    }
  }
}
