/// A question that stands for a cell: `qat?` or `?losses` asks for help on a word, `?` for all of it.
package struct HelpQuery: Equatable {
  /// What is asked for; empty for everything.
  package let subject: String
  /// UTF-8 offsets of the question in its line.
  package let range: Range<Int>

  /// Nil for a line that asks nothing.
  package init?(_ line: String) {
    let blank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") }
    let mark = { (byte: UInt8) in byte == UInt8(ascii: "?") }
    let bytes = Array(line.utf8)
    let text = bytes.drop(while: blank)
    let end = text.lastIndex { !blank($0) }.map { $0 + 1 } ?? text.startIndex
    let asked = text[text.startIndex..<end]
    guard let first = asked.first, let last = asked.last, mark(first) || mark(last) else { return nil }
    let word = asked.drop(while: mark).reversed().drop(while: mark).reversed().drop(while: blank)
      .reversed().drop(while: blank).reversed()
    subject = String(decoding: Array(word), as: UTF8.self)
    guard subject.allSatisfy({ $0.isLetter || $0.isNumber || "-_.".contains($0) }) else { return nil }
    range = asked.startIndex..<asked.endIndex
  }
}
