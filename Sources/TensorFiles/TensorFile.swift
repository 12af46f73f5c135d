/// A file of named tensors, opened: what is in it is known, and numbers are read when they are asked for.
///
/// Its form is told by its first bytes: safetensors, the zip archive of PyTorch 1.6 and later, or PyTorch's older run
/// of pickles. Beside what describes the tensors, memory holds one storage at a time.
package final class TensorFile {
  package enum Form: String, Sendable {
    case safetensors
    case pyTorch = "PyTorch"
    case legacyPyTorch = "PyTorch (before 1.6)"
  }

  package let form: Form
  package let tensors: [String: StoredTensor]
  /// Of safetensors, the strings beside the tensors.
  package let metadata: [String: String]
  /// The member of a checkpoint in which the weights lay: "state_dict"; nil where they are all that there is.
  package let wrapping: String?
  private let bytes: FileBytes
  private let archive: ZipArchive?
  /// The storage read last: tensors may share one.
  private var recent: (record: String?, range: Range<Int>, bytes: [UInt8])?

  /// Opens a file; throws with the reason where it holds no tensors that can be read.
  package convenience init(path: String) throws(TensorFileError) { try self.init(FileBytes(path: path)) }

  /// The same of a file's bytes.
  package convenience init(bytes: [UInt8]) throws(TensorFileError) { try self.init(FileBytes(bytes)) }

  private init(_ bytes: FileBytes) throws(TensorFileError) {
    self.bytes = bytes
    let start = try bytes.read(0..<min(bytes.count, 16))
    if start.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
      form = .pyTorch
      let archive = try ZipArchive(bytes)
      self.archive = archive
      metadata = [:]
      (tensors, wrapping) = try pyTorchTensors(of: archive)
    } else if start.starts(with: LegacyPyTorch.magic) {
      form = .legacyPyTorch
      archive = nil
      metadata = [:]
      (tensors, wrapping) = try LegacyPyTorch(bytes).tensors()
    } else {
      form = .safetensors
      archive = nil
      wrapping = nil
      (tensors, metadata) = try safetensors(bytes)
    }
    guard !tensors.isEmpty else { throw .noTensors(found: []) }
  }

  /// A tensor's numbers, row-major; the tensor must be one of the file's.
  package func values(of tensor: StoredTensor) throws(TensorFileError) -> [Float] {
    let storage: [UInt8]
    if let recent, recent.record == tensor.record, recent.range == tensor.storage {
      storage = recent.bytes
    } else {
      recent = nil
      storage = try read(tensor)
      // A storage of many tensors is worth keeping; one that is a single tensor's is not.
      if storage.count > tensor.type.byteCount * tensor.count {
        recent = (tensor.record, tensor.storage, storage)
      }
    }
    return storage.withUnsafeBytes { tensor.values($0) }
  }

  private func read(_ tensor: StoredTensor) throws(TensorFileError) -> [UInt8] {
    guard let archive, let record = tensor.record else { return try bytes.read(tensor.storage) }
    let whole = try archive.read(record)
    guard tensor.storage != 0..<whole.count else { return whole }
    guard tensor.storage.upperBound <= whole.count else {
      throw .truncated(needed: tensor.storage.upperBound, count: whole.count)
    }
    return Array(whole[tensor.storage])
  }
}

private func safetensors(
  _ file: FileBytes
) throws(TensorFileError) -> (tensors: [String: StoredTensor], metadata: [String: String]) {
  guard file.count >= 8 else { throw .unknownFormat }
  let length = LittleEndian(bytes: try file.read(0..<8)).uint64(0)
  guard let length, length <= min(SafetensorsHeader.longest, file.count - 8), length > 0 else {
    throw .unknownFormat
  }
  let text = try file.read(8..<8 + length)
  guard text.first == UInt8(ascii: "{") else { throw .unknownFormat }
  let header: SafetensorsHeader
  do throws(SafetensorsError) {
    let result = text.withUnsafeBytes { bytes in
      Result { () throws(SafetensorsError) in
        try SafetensorsHeader.parse(header: bytes, dataCount: file.count - 8 - length)
      }
    }
    header = try result.get()
  } catch {
    throw .safetensors(error)
  }
  var tensors: [String: StoredTensor] = [:]
  for entry in header.entries {
    let start = 8 + length
    tensors[entry.name] = try StoredTensor(
      name: entry.name, shape: entry.shape, strides: StoredTensor.rowMajorStrides(entry.shape),
      type: entry.type, storage: start + entry.range.lowerBound..<start + entry.range.upperBound, record: nil,
      offset: 0)
  }
  return (tensors, header.metadata)
}
