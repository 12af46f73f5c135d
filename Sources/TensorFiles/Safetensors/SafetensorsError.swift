/// Why bytes are not a safetensors file of tensors that the program holds.
package enum SafetensorsError: Error, Hashable, Sendable {
  /// Fewer bytes than the eight of the header's length.
  case tooShort
  /// The header would be longer than the file or than 100 MB.
  case headerLength(UInt64)
  /// The header is not the JSON that the format asks for, at a byte of the header.
  case header(reason: String, offset: Int)
  case unsupportedType(tensor: String, type: String)
  /// A packed tensor that the metadata describes in no way, or not as its bytes are.
  case packing(tensor: String, reason: String)
  /// Offsets run backwards, or the shape's elements overflow, or need another number of bytes.
  case size(tensor: String)
  /// Tensors overlap or leave a hole before this one.
  case notContiguous(tensor: String)
  /// Bytes after the last tensor, or a last tensor that runs out of the file.
  case fileLength(expected: Int, found: Int)
}

extension SafetensorsError: CustomStringConvertible {
  /// A clause that follows the file's name and "can't be read:".
  package var description: String {
    switch self {
    case .tooShort: "it is shorter than a safetensors header"
    case .headerLength(let length): "its header of \(length) bytes does not fit"
    case .header(let reason, let offset): "its header is malformed at byte \(offset): \(reason)"
    case .unsupportedType(let tensor, let type):
      "tensor \"\(tensor)\" has type \(type), which can't be read here"
    case .packing(let tensor, let reason): "tensor \"\(tensor)\" can't be unpacked: \(reason)"
    case .size(let tensor): "the offsets of tensor \"\(tensor)\" do not match its shape"
    case .notContiguous(let tensor): "tensor \"\(tensor)\" does not begin where the one before it ends"
    case .fileLength(let expected, let found): "it has \(found) bytes of tensors instead of \(expected)"
    }
  }
}
