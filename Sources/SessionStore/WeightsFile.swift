import Crypto
package import GraphIR
package import TensorFiles

/// Tensors in a safetensors file.
///
/// The same tensors and metadata always make the same bytes.
package struct WeightsFile: Equatable, Sendable {
  package var parameters: ParameterSet
  /// Strings under `__metadata__`; `format` and `qatlab` (the model's kind) where the program wrote it.
  package var metadata: [String: String]
  /// Tensors that take less room in the file than in memory, by name.
  package var encodings: [String: TensorEncoding]

  package init(
    parameters: ParameterSet, metadata: [String: String] = [:], encodings: [String: TensorEncoding] = [:]
  ) {
    self.parameters = parameters
    self.metadata = metadata
    self.encodings = encodings
  }

  /// The key of the model's kind.
  package static let kindKey = "qatlab"

  /// What is written beside a model's weights: the format's name as other programs look for it, the kind, and the
  /// model's own normalization.
  package init(_ model: Model) {
    self.init(
      parameters: model.parameters, metadata: ["format": "pt", Self.kindKey: model.kind.rawValue],
      encodings: model.encodings)
    if let normalization = model.graph.normalization {
      metadata[Normalization.metadataKey] = normalization.stored
    }
  }

  /// Reads and checks a file; throws `StoreError.unreadable` or `.weights` with the reason.
  package init(reading path: String) throws(StoreError) {
    let bytes: [UInt8]
    do {
      bytes = try AtomicFile.read(path)
    } catch {
      throw StoreError.unreadable(path: path, reason: (error as? FileError)?.reason ?? "\(error)")
    }
    do {
      try self.init(bytes: bytes)
    } catch {
      throw StoreError.weights(path: path, reason: error)
    }
  }

  /// Reads tensors from a file's bytes; they take at most four times as many bytes in memory.
  package init(bytes: [UInt8]) throws(SafetensorsError) {
    let result = bytes.withUnsafeBytes { file in
      Result { () throws(SafetensorsError) in try Self(file: file) }
    }
    self = try result.get()
  }

  private init(file: UnsafeRawBufferPointer) throws(SafetensorsError) {
    let (header, dataStart) = try SafetensorsHeader.parse(file)
    let data = UnsafeRawBufferPointer(rebasing: file[dataStart...])
    var file = Self(parameters: ParameterSet(), metadata: header.metadata)
    for entry in header.entries {
      let bytes = UnsafeRawBufferPointer(rebasing: data[entry.range])
      if entry.type == .uint8 {
        let description = file.metadata.removeValue(forKey: CodePacking.metadataKey(entry.name))
        let (packing, codes) = try CodePacking.codes(description, of: entry, bytes)
        file.parameters[entry.name] = codes
        file.encodings[entry.name] = .integer(bits: packing.bits)
      } else if let elements = Tensor.Elements(entry.type, bytes) {
        file.parameters[entry.name] = Tensor(shape: entry.shape, elements: elements)
        file.encodings[entry.name] = TensorEncoding(entry.type)
      } else {
        throw .unsupportedType(tensor: entry.name, type: entry.type.rawValue)
      }
    }
    if let stray = file.metadata.keys.filter(CodePacking.isMetadataKey).min() {
      throw .packing(
        tensor: CodePacking.tensorName(stray), reason: "its metadata belongs to no tensor of bytes")
    }
    self = file
  }

  /// Writes the file whole or not at all, over one that was there; throws `StoreError.unwritable`.
  package func write(to path: String) throws(StoreError) {
    let layout = try Layout(self)
    guard layout.headerCount <= SafetensorsHeader.longest else {
      throw .unwritable(path: path, reason: "its header would be longer than the format allows")
    }
    do {
      try AtomicFile.write(path, mode: 0o644) { append in try layout.forEachChunk(append) }
    } catch {
      throw StoreError.unwritable(path: path, reason: (error as? FileError)?.reason ?? "\(error)")
    }
  }
}

extension WeightsFile {
  /// Bytes that the file has when it is written; throws `.inconsistentTensor`.
  package var byteCount: Int {
    get throws(StoreError) { try Layout(self).byteCount }
  }

  /// Bytes that the file of an integer model would have if these layers' weights had so many bits, whatever codes of that
  /// width they were; throws `.inconsistentTensor`.
  package func byteCount(weightBits: [String: Int]) throws(StoreError) -> Int {
    var encodings = encodings
    for (layer, bits) in weightBits {
      encodings[layer + ".weight"] = TensorEncoding(.integer(bits: bits))
    }
    let header = try SafetensorsHeader(parameters, metadata: metadata, encodings: encodings)
    return header.bytes.count + header.dataCount
  }

  /// SHA-256 of the file that it makes, 64 hexadecimal digits; throws `.inconsistentTensor`.
  package var digest: String {
    get throws(StoreError) { try Layout(self).digest }
  }

  /// A file as it will be: its header made, its tensors in order, copied only where they are encoded.
  struct Layout {
    private let prefix: [UInt8]
    private let tensors: [(elements: Tensor.Elements, encoding: TensorEncoding?)]
    let byteCount: Int
    /// Of the header alone, without the eight bytes of its length.
    var headerCount: Int { prefix.count - 8 }

    /// Throws `.inconsistentTensor` where a shape does not fit its elements, or an encoding can't hold one of them.
    init(_ file: WeightsFile) throws(StoreError) {
      for (name, encoding) in file.encodings {
        if let tensor = file.parameters[name], !encoding.holds(tensor.elements) {
          throw StoreError.inconsistentTensor(name)
        }
      }
      let header = try SafetensorsHeader(
        file.parameters, metadata: file.metadata, encodings: file.encodings)
      prefix = header.bytes
      tensors = header.entries.compactMap { entry in
        file.parameters[entry.name].map { ($0.elements, file.encodings[entry.name]) }
      }
      byteCount = prefix.count + header.dataCount
    }

    func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
      try prefix.withUnsafeBytes(body)
      for (elements, encoding) in tensors {
        if let encoding {
          try encoding.bytes(of: elements).withUnsafeBytes(body)
        } else {
          try elements.withBytes(body)
        }
      }
    }

    /// SHA-256 of the file as 64 hexadecimal digits.
    var digest: String {
      var hash = SHA256()
      forEachChunk { hash.update(bufferPointer: $0) }
      return hexadecimal(hash.finalize())
    }
  }

  /// SHA-256 of bytes as 64 hexadecimal digits.
  static func digest(of bytes: [UInt8]) -> String {
    var hash = SHA256()
    bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    return hexadecimal(hash.finalize())
  }

  static func hexadecimal(_ digest: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
