/// What a pickle of tensors is made of; lists, dictionaries and tuples lie in the machine, and are named by number.
enum PickleValue: Hashable {
  case none
  case bool(Bool)
  case integer(Int)
  /// An integer of more than eight bytes, of which nothing is wanted.
  case wideInteger
  case float(Double)
  case text(String)
  case name(PickleName)
  case tuple(Int)
  case list(Int)
  case dictionary(Int)
  case storage(Int)
  case tensor(Int)
  /// Divides the stack.
  case mark
}

/// The Python classes and functions that a description of tensors names: none is ever called.
enum PickleName: Hashable {
  case orderedDictionary
  case rebuildTensor, rebuildTensorV2
  case rebuildParameter, rebuildParameterWithState
  case size
  case storage(StoredType)

  /// Nil for any other name: it is not known here, and stands for nothing.
  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch._utils", "_rebuild_tensor"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensorV2
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch._utils", "_rebuild_parameter_with_state"): self = .rebuildParameterWithState
    case ("torch", "Size"): self = .size
    case ("torch", _):
      guard let type = StoredType.allCases.first(where: { $0.torchStorage == name }) else { return nil }
      self = .storage(type)
    default: return nil
    }
  }
}

/// A storage that a pickle mentions: a run of numbers of one type, by the key under which the file has it.
struct PickledStorage: Hashable {
  var type: StoredType
  var key: String
  /// Numbers in the whole storage of the key.
  var count: Int
  /// Where it is a view: the part of the storage that it shows, in numbers.
  var view: Range<Int>?
}

/// A tensor's place in a storage; offset and strides count numbers.
struct PickledTensor: Hashable {
  var storage: Int
  var offset: Int
  var shape: [Int]
  var strides: [Int]
}
