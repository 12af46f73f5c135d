/// Where a tensor's numbers lie in a file.
package struct StoredTensor: Hashable, Sendable {
  package var shape: [Int]
  package var type: StoredType
  /// Numbers from one to the next along each dimension; 0 where they are repeated.
  var strides: [Int]
  /// Bytes of the file, or of the record where there is one.
  var storage: Range<Int>
  /// The record of an archive that `storage` lies in.
  var record: String?
  /// The first number's place in the storage.
  var offset: Int

  /// Numbers; shapes whose product does not fit are no stored tensor.
  package var count: Int { shape.reduce(1, *) }

  /// Checks that every number lies in the storage.
  init(
    name: String, shape: [Int], strides: [Int], type: StoredType, storage: Range<Int>, record: String?,
    offset: Int
  ) throws(TensorFileError) {
    self.shape = shape
    self.strides = strides
    self.type = type
    self.storage = storage
    self.record = record
    self.offset = offset
    guard SafetensorsHeader.elements(shape) != nil else {
      throw .tensor(name: name, reason: "its shape is impossible")
    }
    guard !shape.contains(0) else { return }
    var last = offset
    for (extent, stride) in zip(shape, strides) {
      let (length, tooLong) = (extent - 1).multipliedReportingOverflow(by: stride)
      let (sum, tooFar) = last.addingReportingOverflow(length)
      guard !tooLong, !tooFar else { throw .tensor(name: name, reason: "it reaches beyond its storage") }
      last = sum
    }
    guard last < storage.count / type.byteCount else {
      throw .tensor(name: name, reason: "it reaches beyond its storage")
    }
  }

  /// Row-major, one after the other.
  var isContiguous: Bool {
    var expected = 1
    for (extent, stride) in zip(shape, strides).reversed() where extent != 1 {
      guard stride == expected else { return false }
      expected *= extent
    }
    return true
  }

  /// Its numbers, row-major, out of the bytes of its storage.
  func values(_ bytes: UnsafeRawBufferPointer) -> [Float] {
    let count = count
    guard count > 0 else { return [] }
    return [Float](unsafeUninitializedCapacity: count) { values, filled in
      filled = count
      if isContiguous {
        if type == .float32 {
          UnsafeMutableRawBufferPointer(values).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: bytes[4 * offset..<4 * (offset + count)]))
          return
        }
        for index in 0..<count { values.initializeElement(at: index, to: type.value(bytes, offset + index)) }
        return
      }
      var place = [Int](repeating: 0, count: shape.count)
      var source = offset
      for index in 0..<count {
        values.initializeElement(at: index, to: type.value(bytes, source))
        for dimension in shape.indices.reversed() {
          place[dimension] += 1
          source += strides[dimension]
          if place[dimension] < shape[dimension] { break }
          source -= strides[dimension] * shape[dimension]
          place[dimension] = 0
        }
      }
    }
  }

  /// Strides of a row-major tensor; the shape's product must fit.
  static func rowMajorStrides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for dimension in shape.indices.dropLast().reversed() {
      strides[dimension] = strides[dimension + 1] &* max(shape[dimension + 1], 1)
    }
    return strides
  }
}
