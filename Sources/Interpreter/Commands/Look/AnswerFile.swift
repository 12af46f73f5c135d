import Glibc
import Language
import SessionStore
import Text

/// A model's answers to labelled images, as a file that other programs read.
struct AnswerFile {
  enum Format: String, CaseIterable {
    /// A line of names, then a line an image: label, chosen class, a logit for each class.
    case csv
    /// NumPy's format, version 1: 32-bit floats [images, 2 + classes], in the same order.
    case npy

    /// By the ending of a file's name.
    init?(path: String) {
      guard let format = Format.allCases.first(where: { path.lowercased().hasSuffix("." + $0.rawValue) })
      else {
        return nil
      }
      self = format
    }
  }

  var labels: [Int]
  var choices: [Int]
  /// [images, classes].
  var logits: [Float]
  var classNames: [String]

  /// What stands in a file's way, as far as it is known before; nil where nothing does.
  static func obstacle(_ file: WholeFile) -> String? {
    switch file.place {
    case .free, .file: return nil
    case .occupied(let occupant): return "it is \(occupant)"
    case .noFolder(let folder): return "there is no folder \(quoted(folder))"
    case .closedFolder(let folder): return "nothing may be written in \(quoted(folder))"
    }
  }

  func bytes(_ format: Format) -> [UInt8] { format == .csv ? Array(csv.utf8) : npy }

  var csv: String {
    var lines = [(["label", "chosen"] + classNames).map(AnswerFile.field).joined(separator: ",")]
    for image in labels.indices {
      lines.append("\(labels[image]),\(choices[image])," + row(image).map { "\($0)" }.joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The header is padded so that the numbers begin at a multiple of 64 bytes.
  var npy: [UInt8] {
    let dictionary =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (\(labels.count), \(2 + classNames.count)), }"
    let padding = 63 - (10 + dictionary.utf8.count) % 64
    let header = Array(dictionary.utf8) + [UInt8](repeating: 0x20, count: padding) + [0x0a]
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    bytes += [UInt8(truncatingIfNeeded: header.count), UInt8(truncatingIfNeeded: header.count >> 8)] + header
    for image in labels.indices {
      for value in [Float(labels[image]), Float(choices[image])] + row(image) {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
      }
    }
    return bytes
  }

  private func row(_ image: Int) -> ArraySlice<Float> {
    logits[image * classNames.count..<(image + 1) * classNames.count]
  }

  /// RFC 4180: in quotation marks where the text holds a mark, a comma or a line's end.
  private static func field(_ text: String) -> String {
    text.contains { "\",\r\n".contains($0) } ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }
}

func exponential(_ value: Double) -> Double { exp(value) }
