/// The tensors of an archive as `torch.save` writes it since 1.6: `NAME/data.pkl` describes them, `NAME/data/KEY` are
/// their storages.
func pyTorchTensors(
  of archive: ZipArchive
) throws(TensorFileError) -> (tensors: [String: StoredTensor], wrapping: String?) {
  let suffix = "/data.pkl"
  let roots = archive.records.keys.filter { $0.hasSuffix(suffix) && $0.split(separator: "/").count == 2 }
  guard let pickle = roots.first, roots.count == 1 else {
    throw .archive(reason: "it is not one of PyTorch's, which have one data.pkl")
  }
  let root = pickle.dropLast(suffix.count)
  if archive.records["\(root)/byteorder"] != nil,
    try archive.read("\(root)/byteorder") != Array("little".utf8)
  {
    throw .bigEndian
  }
  var machine = PickleMachine(try archive.read(pickle))
  let value = try machine.run()
  let weights = try StateDictionary(value, in: machine)
  var tensors: [String: StoredTensor] = [:]
  for (name, index) in weights.tensors {
    let tensor = machine.tensors[index]
    let storage = machine.storages[tensor.storage]
    let record = "\(root)/data/\(storage.key)"
    guard let bytes = archive.records[record]?.count else {
      throw .archive(reason: "it lacks the record \"\(record)\"")
    }
    guard bytes / storage.type.byteCount >= storage.count else {
      throw .tensor(name: name, reason: "its storage has \(bytes) bytes, too few")
    }
    tensors[name] = try StoredTensor(
      name: name, shape: tensor.shape, strides: tensor.strides, type: storage.type, storage: 0..<bytes,
      record: record, offset: tensor.offset)
  }
  return (tensors, weights.wrapping)
}
