import Text

extension Notebook {
  /// The bytes of the file that this notebook was read from, with what another one has otherwise.
  ///
  /// Both have the same cells. What is the same stays byte for byte, and what isn't is laid out as the file is: its
  /// indent, line ends and escapes.
  func patched(_ original: [UInt8], with changed: Notebook) throws(JSONError) -> [UInt8] {
    var (old, new) = (root, changed.root)
    old["cells"] = .array(cells.map { .object($0.members) })
    new["cells"] = .array(zip(cells, changed.cells).map { .object($0.stored(changedTo: $1)) })
    return try patchedJSON(original, from: .object(old), to: .object(new))
  }
}

extension NotebookCell {
  /// Members as the file has them, and those that differ as nbformat stores them.
  fileprivate func stored(changedTo other: NotebookCell) -> JSONObject {
    let inFile = other.fileMembers
    var result = members
    for member in other.members.members where members[member.key] != member.value {
      let isRenumbered =
        member.key == "outputs" && withoutNumbers(member.value) == withoutNumbers(members["outputs"])
      result[member.key] = isRenumbered ? member.value : inFile[member.key]
    }
    for member in members.members where other.members[member.key] == nil { result[member.key] = nil }
    return result
  }

  private func withoutNumbers(_ outputs: JSONValue?) -> [JSONValue]? {
    outputs?.array?.map { value in
      guard var output = value.object else { return value }
      output["execution_count"] = nil
      return .object(output)
    }
  }

  /// The number of the cell among those that ran, and in its results.
  ///
  /// Nothing else changes, however texts are spelled in the file.
  mutating func renumber(_ number: Int) {
    members["execution_count"] = .integer(number)
    guard let outputs = members["outputs"]?.array else { return }
    members["outputs"] = .array(
      outputs.map { value in
        guard var output = value.object, output["execution_count"] != nil else { return value }
        output["execution_count"] = .integer(number)
        return .object(output)
      })
  }
}
