/// The text of a cell, with its lines.
///
/// A line ends in LF, CRLF or CR. Offsets outside the text count as its nearer end.
package struct SourceFile: Sendable {
  package let text: String
  /// UTF-8 offsets of each line: its first byte, and the end of what it shows.
  private let lines: [Range<Int>]

  package init(_ text: String) {
    var text = text
    text.makeContiguousUTF8()
    self.text = text
    lines = Self.lines(of: Array(text.utf8))
  }

  /// How many lines there are; a line end at the very end opens no further line.
  package var lineCount: Int {
    if let last = lines.last, last.isEmpty, lines.count > 1 { lines.count - 1 } else { lines.count }
  }

  /// The line and the column of an offset, both counted from 1, columns in Unicode scalars.
  package func position(of utf8Offset: Int) -> (line: Int, column: Int) {
    let offset = min(max(utf8Offset, 0), text.utf8.count)
    let number = lineNumber(of: offset)
    let start = lines[number - 1].lowerBound
    let scalars = text.unicodeScalars[index(start)..<scalarIndex(offset)].count
    return (number, scalars + 1)
  }

  /// The line of an offset, counted from 1.
  package func line(at utf8Offset: Int) -> Int { lineNumber(of: min(max(utf8Offset, 0), text.utf8.count)) }

  /// A line, counted from 1, without its line end; empty where there is no such line.
  package func line(_ n: Int) -> Substring {
    guard let bounds = bounds(ofLine: n) else { return "" }
    return text[index(bounds.lowerBound)..<index(bounds.upperBound)]
  }

  /// How many Unicode scalars a range covers.
  package func length(of range: SourceRange) -> Int {
    text(of: range).unicodeScalars.count
  }

  /// The text that a range covers, cut at whole scalars.
  package func text(of range: SourceRange) -> Substring {
    let lower = min(max(range.lowerBound, 0), text.utf8.count)
    let upper = min(max(range.upperBound, lower), text.utf8.count)
    return text[scalarIndex(lower)..<scalarIndex(upper)]
  }

  /// The UTF-8 offsets of a line, counted from 1, without its line end.
  func bounds(ofLine n: Int) -> Range<Int>? {
    lines.indices.contains(n - 1) ? lines[n - 1] : nil
  }

  private func lineNumber(of offset: Int) -> Int {
    var low = 0
    var high = lines.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lines[middle].lowerBound <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  private func index(_ offset: Int) -> String.Index {
    text.utf8.index(text.utf8.startIndex, offsetBy: offset)
  }

  /// The start of the scalar that holds the offset.
  private func scalarIndex(_ offset: Int) -> String.Index {
    var offset = offset
    let bytes = text.utf8
    while offset > 0, offset < bytes.count, bytes[index(offset)] & 0xC0 == 0x80 { offset -= 1 }
    return index(offset)
  }

  private static func lines(of bytes: [UInt8]) -> [Range<Int>] {
    let lineFeed = UInt8(ascii: "\n")
    let carriageReturn = UInt8(ascii: "\r")
    var lines: [Range<Int>] = []
    var start = 0
    var offset = 0
    while offset < bytes.count {
      let byte = bytes[offset]
      guard byte == lineFeed || byte == carriageReturn else {
        offset += 1
        continue
      }
      lines.append(start..<offset)
      let isPair = byte == carriageReturn && offset + 1 < bytes.count && bytes[offset + 1] == lineFeed
      offset += isPair ? 2 : 1
      start = offset
    }
    lines.append(start..<bytes.count)
    return lines
  }
}
