import Crypto
import Datasets
import Foundation

/// SHA-256 of what is added, piece by piece.
package struct ContentHash {
  private var hash = SHA256()

  package init() {}

  /// The hash of one text.
  package init(_ text: String) { add(text) }

  package mutating func add(_ bytes: some Collection<UInt8>) {
    let done: Void? = bytes.withContiguousStorageIfAvailable { hash.update(bufferPointer: .init($0)) }
    if done == nil { hash.update(data: Array(bytes)) }
  }

  /// Adds a text and its end, so that pieces can't run into one another.
  package mutating func add(_ text: String) {
    add(Array(text.utf8))
    add([0])
  }

  /// The hash of a file's bytes; nil where they can't be read.
  package static func digits(ofFile path: String) -> String? {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    var hash = ContentHash()
    do {
      while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { hash.hash.update(data: piece) }
    } catch {
      return nil
    }
    return hash.digits
  }

  /// 64 hexadecimal digits.
  package var digits: String {
    hash.finalize().map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}

extension Dataset {
  /// SHA-256 of images, labels and their shape, training images first, validation images last.
  var checksum: String {
    var hash = ContentHash()
    for images in [training, test] + [validation].compactMap({ $0 }) {
      hash.add("\(images.count) \(images.channels) \(images.height) \(images.width)")
      hash.add(images.pixels)
      hash.add(images.labelBytes)
    }
    return hash.digits
  }
}

extension ImageSet {
  /// SHA-256 of images, labels and their shape.
  var checksum: String {
    var hash = ContentHash()
    hash.add("\(count) \(channels) \(height) \(width)")
    hash.add(pixels)
    hash.add(labelBytes)
    return hash.digits
  }

  /// Labels as one byte each, or two where one needs them.
  fileprivate var labelBytes: [UInt8] {
    let isNarrow = labels.allSatisfy { $0 < 256 }
    return isNarrow
      ? labels.map { UInt8($0) } : labels.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
  }
}
