import Text

/// Whether the forms of an output for people say what its typed values say: a file that was edited may not.
enum PlainForms {
  /// Of outputs of nbformat, the typed words that their plain text leaves out or has otherwise; one a faulty output.
  static func missingWords(in outputs: [JSONObject]) -> [(output: Int, word: String)] {
    outputs.enumerated().compactMap { index, output in
      let plain = (output["data"]?.object?["text/plain"]).flatMap(multiline) ?? ""
      return firstMissing(words(of: output), in: plain).map { (index + 1, $0) }
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
