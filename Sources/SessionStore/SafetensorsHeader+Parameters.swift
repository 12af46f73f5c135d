import GraphIR
import TensorFiles

extension SafetensorsHeader {
  /// The one header for these tensors: by alignment of the type descending, then type, then name.
  ///
  /// Throws `.inconsistentTensor` where a shape does not fit its elements.
  init(
    _ parameters: ParameterSet, metadata: [String: String], encodings: [String: TensorEncoding] = [:]
  ) throws(StoreError) {
    var entries: [Entry] = []
    var metadata = metadata
    for (name, tensor) in parameters.tensors {
      var (type, count) = Self.layout(tensor.elements)
      var shape = tensor.shape
      guard name != Self.metadataKey, Self.elements(shape) == count else {
        throw StoreError.inconsistentTensor(name)
      }
      if let encoding = encodings[name] {
        type = encoding.type
        if let packing = encoding.packing {
          metadata[CodePacking.metadataKey(name)] = packing.description(of: shape)
          count = packing.byteCount(count)
          shape = [count]
        }
      }
      entries.append(Entry(name: name, type: type, shape: shape, range: 0..<count * type.byteCount))
    }
    entries.sort { one, other in
      if one.type == other.type { return one.name.utf8.lexicographicallyPrecedes(other.name.utf8) }
      if one.type.byteCount != other.type.byteCount { return one.type.byteCount > other.type.byteCount }
      return one.type.rawValue < other.type.rawValue
    }
    var end = 0
    for index in entries.indices {
      let begin = end
      end += entries[index].range.count
      entries[index].range = begin..<end
    }
    self.init(entries: entries, metadata: metadata)
  }

  private static func layout(_ elements: Tensor.Elements) -> (type: StoredType, count: Int) {
    switch elements {
    case .float32(let values): (.float32, values.count)
    case .int8(let values): (.int8, values.count)
    case .int32(let values): (.int32, values.count)
    }
  }
}
