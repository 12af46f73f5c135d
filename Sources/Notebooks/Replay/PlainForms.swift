import Text

/// Whether the forms of an output for people say what its typed values say: a file that was edited may not.
enum PlainForms {
  struct Fault {
    /// From 1.
    var output: Int
    /// The same without outputs that are there or not as the moment has it.
    var place: Int
    var word: String
  }

  /// Of outputs of nbformat, the typed words that their plain text leaves out or has otherwise; one a faulty output.
  static func missingWords(in outputs: [JSONObject]) -> [Fault] {
    let lasting = outputs.enumerated().filter { !ShownOutputs.isMeasuredWhole($0.element) }
    return lasting.enumerated().compactMap { place, output in
      let plain = (output.element["data"]?.object?["text/plain"]).flatMap(multiline) ?? ""
      return firstMissing(words(of: output.element), in: plain).map {
        Fault(output: output.offset + 1, place: place, word: $0)
      }
    }
  }

  /// What has to stand in the plain text, in order for sentences and anywhere for tables.
  private static func words(of output: JSONObject) -> (words: [String], areInOrder: Bool) {
    guard let typed = output["data"]?.object?[qatlabMIMEType]?.object else { return ([], true) }
    switch typed["type"]?.string {
    case "text", "note", "metric": return (parts(typed["text"]?.string ?? ""), true)
    case "table":
      let cells = (typed["rows"]?.array ?? []).flatMap { ($0.array ?? []).compactMap(\.string) }
      return (cells.flatMap(parts), false)
    default: return ([], true)
    }
  }

  private static func parts(_ text: String) -> [String] {
    text.split(whereSeparator: \.isWhitespace).map(String.init)
  }

  private static func firstMissing(_ wanted: (words: [String], areInOrder: Bool), in plain: String) -> String?
  {
    guard wanted.areInOrder else { return wanted.words.first { !plain.contains($0) } }
    let there = parts(plain)
    if there == wanted.words { return nil }
    return zip(wanted.words, there).first { $0 != $1 }?.0 ?? wanted.words.dropFirst(there.count).first
      ?? there.dropFirst(wanted.words.count).first
  }
}
