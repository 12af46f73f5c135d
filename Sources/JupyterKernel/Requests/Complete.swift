import Interpreter
import Language
import Text

extension KernelWorker {
  /// What can stand at a place of a cell; places count Unicode scalars.
  func complete(_ content: JSONObject) -> JSONObject {
    guard let code = content["code"]?.string else {
      return errorContent("BadRequest", "a complete_request needs \"code\", a text")
    }
    let place = ScalarPlaces(code)
    let cursor = content["cursor_pos"]?.integer ?? code.unicodeScalars.count
    let names = session.interpreter.names
    let (range, found) = names.completions(in: code, at: place.byte(ofScalar: cursor), files: painting.files)
    let (start, end) = (place.scalar(ofByte: range.lowerBound), place.scalar(ofByte: range.upperBound))
    let models = Set(names.models.map(\.name))
    let types = found.map { candidate -> JSONValue in
      .object([
        "text": .string(candidate.text), "type": .string(Self.kind(of: candidate, models)),
        "signature": .string(candidate.detail), "start": .integer(start), "end": .integer(end),
      ])
    }
    return [
      "status": .string("ok"), "matches": .array(found.map { .string($0.text) }),
      "cursor_start": .integer(start), "cursor_end": .integer(end),
      "metadata": .object(["_jupyter_types_experimental": .array(types)]),
    ]
  }

  /// In the words that clients have pictures for.
  private static func kind(of candidate: Completion, _ models: Set<String>) -> String {
    let text = candidate.text
    if text.hasSuffix("/") || text.hasSuffix("\"") { return "path" }
    if text.hasSuffix(":") { return "param" }
    if models.contains(text) { return "instance" }
    if Command.named(text) != nil { return "function" }
    return Double(text) != nil ? "value" : "keyword"
  }

  /// What the word at the cursor means.
  func inspect(_ content: JSONObject) -> JSONObject {
    guard let code = content["code"]?.string else {
      return errorContent("BadRequest", "an inspect_request needs \"code\", a text")
    }
    let cursor = content["cursor_pos"]?.integer ?? code.unicodeScalars.count
    let byte = ScalarPlaces(code).byte(ofScalar: cursor)
    let file = SourceFile(code)
    // At the end of one word and the start of the next, the one that begins is meant.
    let word = tokenize(code).last { token in
      token.kind == .word && token.range.lowerBound <= byte && byte <= token.range.upperBound
    }
    let page = word.map { self.page(about: String(file.text(of: $0.range))) }
    let found = page.flatMap { $0.isFound ? $0.bundle : nil }
    return [
      "status": .string("ok"), "found": .bool(found != nil), "data": .object(found ?? [:]),
      "metadata": .object([:]),
    ]
  }
}

/// Places of a text as Jupyter counts them, in Unicode scalars, and as the language does, in bytes of UTF-8.
package struct ScalarPlaces {
  /// The byte at which each scalar starts, and the end.
  private let starts: [Int]

  package init(_ text: String) {
    var starts = [0]
    for scalar in text.unicodeScalars { starts.append(starts[starts.count - 1] + UTF8.width(scalar)) }
    self.starts = starts
  }

  /// The text's end for places behind it, its start for those before.
  package func byte(ofScalar place: Int) -> Int { starts[min(max(place, 0), starts.count - 1)] }

  /// Of a byte inside a scalar, the scalar.
  package func scalar(ofByte byte: Int) -> Int {
    max(0, (starts.firstIndex { $0 > byte } ?? starts.count) - 1)
  }
}
