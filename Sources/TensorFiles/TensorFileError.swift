/// Why a file of tensors can't be read.
package enum TensorFileError: Error, Hashable, Sendable {
  /// The system refuses; `reason` is a clause.
  case unreadable(reason: String)
  /// A place lies behind the end of the file.
  case truncated(needed: Int, count: Int)
  /// Neither safetensors nor one of PyTorch's forms.
  case unknownFormat
  case safetensors(SafetensorsError)
  /// The zip archive is not one that PyTorch writes; `reason` is a clause.
  case archive(reason: String)
  /// A record's bytes are not those that were written.
  case damagedRecord(name: String)
  /// The pickle asks for what is no data, at a byte of it.
  case pickle(PickleFault, offset: Int)
  /// What a tensor says of itself doesn't fit its storage.
  case tensor(name: String, reason: String)
  /// Storages are big-endian.
  case bigEndian
  /// There are no tensors in it, or they are not where a model's weights lie.
  case noTensors(found: [String])
}

/// What a pickle must not ask for.
package enum PickleFault: Error, Hashable, Sendable {
  /// An operation that makes or calls objects, or that PyTorch doesn't write.
  case opcode(UInt8)
  /// A Python class or function that is no part of a tensor's description.
  case global(String)
  /// It ends early, takes what isn't there, or has values of another kind than their place wants; a clause.
  case malformed(String)
  /// More operations than a description of tensors has.
  case tooLong(limit: Int)
}

extension TensorFileError: CustomStringConvertible {
  /// A clause that follows the file's name and "can't be read:".
  package var description: String {
    switch self {
    case .unreadable(let reason): reason
    case .truncated(let needed, let count): "it ends after \(count) bytes of at least \(needed)"
    case .unknownFormat: "it is neither a safetensors file nor one of PyTorch's"
    case .safetensors(let error): error.description
    case .archive(let reason): "its archive can't be used: \(reason)"
    case .damagedRecord(let name): "its record \"\(name)\" is damaged: the checksum differs"
    case .pickle(let fault, let offset): "\(fault) (byte \(offset) of its pickle)"
    case .tensor(let name, let reason): "tensor \"\(name)\": \(reason)"
    case .bigEndian: "its numbers are big-endian"
    case .noTensors(let found):
      found.isEmpty
        ? "there are no tensors in it"
        : "there are no tensors by name in it, only " + found.prefix(5).joined(separator: ", ")
    }
  }

  /// What to do about it; nil where nothing is known.
  package var remedy: String? {
    switch self {
    case .pickle(.global, _), .pickle(.opcode, _), .noTensors:
      "save the weights alone, in Python: torch.save(model.state_dict(), \"weights.pth\")"
    case .unreadable, .truncated, .unknownFormat, .safetensors, .archive, .damagedRecord, .pickle, .tensor,
      .bigEndian:
      nil
    }
  }
}

extension PickleFault: CustomStringConvertible {
  package var description: String {
    switch self {
    case .opcode(let code): "it asks for the operation 0x\(hexadecimal(code)), and nothing is executed"
    case .global(let name): "it asks for Python's \"\(name)\", and nothing is executed"
    case .malformed(let reason): reason
    case .tooLong(let limit): "it has more than \(limit) operations"
    }
  }
}

private func hexadecimal(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16)
  return digits.count == 1 ? "0" + digits : digits
}
