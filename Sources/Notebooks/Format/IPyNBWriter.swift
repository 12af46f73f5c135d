import Text

extension Notebook {
  /// The file that nbformat would write for this notebook: members sorted, texts as lists of lines.
  package var ipynbText: String {
    var root = root
    root["cells"] = .array(cells.map { .object($0.fileMembers) })
    root.change("metadata") { metadata in
      for key in ["orig_nbformat", "orig_nbformat_minor", "signature"] { metadata[key] = nil }
    }
    return JSONValue.object(root).notebookText
  }
}

extension NotebookCell {
  /// The members as nbformat stores them.
  var fileMembers: JSONObject {
    var members = members
    members["source"] = splitLines(source)
    members.change("metadata") { $0["trusted"] = nil }
    members.change("attachments") { attachments in
      for attachment in attachments.members { attachments.change(attachment.key, splitBundle) }
    }
    if kind == .code, let outputs = members["outputs"]?.array {
      members["outputs"] = .array(outputs.map(splitOutput))
    }
    return members
  }
}

private func splitOutput(_ value: JSONValue) -> JSONValue {
  guard var output = value.object else { return value }
  switch output["output_type"]?.string {
  case "stream":
    if let text = output["text"].flatMap(multiline) { output["text"] = splitLines(text) }
  case "display_data", "execute_result": output.change("data", splitBundle)
  default: break
  }
  return .object(output)
}

/// Texts by MIME type: what is text for people is a list of lines, JSON stays, all else is one string.
private func splitBundle(_ data: inout JSONObject) {
  for member in data.members {
    let type = member.key
    let isJSON = type == "application/json" || (type.hasPrefix("application/") && type.hasSuffix("+json"))
    guard !isJSON, let text = multiline(member.value) else { continue }
    let isLines = type.hasPrefix("text/") || type == "application/javascript" || type == "image/svg+xml"
    data[type] = isLines ? splitLines(text) : .string(text)
  }
}

private func splitLines(_ text: String) -> JSONValue { .array(linesWithEnds(text).map(JSONValue.string)) }

extension JSONObject {
  /// Changes the object under a key; nothing where there is none.
  mutating func change(_ key: String, _ body: (inout JSONObject) -> Void) {
    guard var object = self[key]?.object else { return }
    body(&object)
    self[key] = .object(object)
  }
}
