package import Interpreter
import Language

/// What is typed at the prompt: a cell, a line of the prompt's own such as `:load`, or a question such as `qat?`.
package struct CellText {
  package let text: String

  package init(_ text: String) { self.text = text }

  /// What could stand at the UTF-8 offset, and the range that it would replace.
  package func completions(
    at offset: Int, _ names: SessionNames
  ) -> (range: Range<Int>, candidates: [Completion]) {
    guard text.hasPrefix(":") else {
      let files = FileCandidates(closing: "\"")
      return names.completions(in: text, at: offset, files: files.list)
    }
    let line = ColonLine(text)
    if offset <= line.nameRange.upperBound {
      let typed = String(decoding: text.utf8.prefix(offset), as: UTF8.self)
      let commands = ColonCommand.all.filter { (":" + $0.name).hasPrefix(typed) }
      return (0..<offset, commands.map { Completion(text: ":" + $0.name, detail: $0.summary) })
    }
    return argument(of: line, at: offset, names)
  }

  private func argument(
    of line: ColonLine, at offset: Int, _ names: SessionNames
  ) -> (range: Range<Int>, candidates: [Completion]) {
    let start = line.argumentStart
    let none = (range: offset..<offset, candidates: [Completion]())
    guard case .success(let command) = line.resolve(), offset >= start else { return none }
    switch command.argumentKind {
    case .file:
      let typed = String(decoding: Array(text.utf8)[start..<min(offset, text.utf8.count)], as: UTF8.self)
      return (start..<offset, FileCandidates(endings: CellFile.endings).list(typed))
    case .statement:
      let statement = String(decoding: text.utf8.dropFirst(start), as: UTF8.self)
      let (range, candidates) = names.completions(in: statement, at: offset - start)
      return (range.lowerBound + start..<range.upperBound + start, candidates)
    case .other: return none
    }
  }

  /// What its stretches are, in order.
  package func highlights(_ names: SessionNames) -> [Highlight] {
    if let query = HelpQuery(text) { return [Highlight(range: query.range, kind: .command)] }
    guard text.hasPrefix(":") else { return names.highlights(in: text) }
    let line = ColonLine(text)
    let range = line.nameRange.lowerBound..<line.nameRange.upperBound
    guard case .success(let command) = line.resolve() else {
      return range.upperBound == text.utf8.count ? [] : [Highlight(range: range, kind: .unknown)]
    }
    let name = [Highlight(range: range, kind: .command)]
    guard case .statement = command.argumentKind else { return name }
    let start = line.argumentStart
    return name
      + names.highlights(in: String(decoding: text.utf8.dropFirst(start), as: UTF8.self)).map {
        Highlight(range: $0.range.lowerBound + start..<$0.range.upperBound + start, kind: $0.kind)
      }
  }
}
