import Crypto
package import GraphIR

/// Tensors in a safetensors file.
///
/// The same tensors and metadata always make the same bytes.
package struct WeightsFile: Equatable, Sendable {
  package var parameters: ParameterSet
  /// Strings under `__metadata__`; `format` and `qatlab` (the model's kind) where the program wrote it.
  package var metadata: [String: String]

  package init(parameters: ParameterSet, metadata: [String: String] = [:]) {
    self.parameters = parameters
    self.metadata = metadata
  }

  /// What is written beside a model's weights: the format's name as other programs look for it, and the kind.
  package init(_ model: Model) {
    self.init(parameters: model.parameters, metadata: ["format": "pt", "qatlab": model.kind.rawValue])
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

  /// Reads tensors from a file's bytes; nothing larger than the bytes is allocated.
  package init(bytes: [UInt8]) throws(SafetensorsError) {
    let result = bytes.withUnsafeBytes { file in
      Result { () throws(SafetensorsError) in try Self(file: file) }
    }
    self = try result.get()
  }

  private init(file: UnsafeRawBufferPointer) throws(SafetensorsError) {
    let (header, dataStart) = try SafetensorsHeader.parse(file)
    let data = UnsafeRawBufferPointer(rebasing: file[dataStart...])
    var parameters = ParameterSet()
    for entry in header.entries {
      let bytes = UnsafeRawBufferPointer(rebasing: data[entry.range])
      parameters[entry.name] = Tensor(shape: entry.shape, elements: Tensor.Elements(entry.type, bytes))
    }
    self.init(parameters: parameters, metadata: header.metadata)
  }

  /// Writes the file whole or not at all, over one that was there; throws `StoreError.unwritable`.
  package func write(to path: String) throws(StoreError) {
    let layout = try Layout(self)
    do {
      try AtomicFile.write(path) { append in try layout.forEachChunk(append) }
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

  /// A file as it will be: its header made, its tensors in order, none of them copied.
  struct Layout {
    private let prefix: [UInt8]
    private let elements: [Tensor.Elements]
    let byteCount: Int

    init(_ file: WeightsFile) throws(StoreError) {
      let header = try SafetensorsHeader(file.parameters, metadata: file.metadata)
      prefix = header.bytes
      elements = header.entries.compactMap { file.parameters[$0.name]?.elements }
      byteCount = prefix.count + header.dataCount
    }

    func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
      try prefix.withUnsafeBytes(body)
      for element in elements { try element.withBytes(body) }
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

  private static func hexadecimal(_ digest: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
