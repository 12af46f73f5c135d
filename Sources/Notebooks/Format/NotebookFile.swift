/// Reads the notebook at a path by its extension.
package func readNotebook(_ path: String) throws(NotebookError) -> Notebook {
  try parseNotebook(try readBytes(path), path: path)
}

/// The notebook in the bytes of a file; `path` decides the format and stands in errors.
package func parseNotebook(_ bytes: [UInt8], path: String) throws(NotebookError) -> Notebook {
  try parseNotebook(bytes, notebookFormat(of: path), path: path)
}

/// The notebook that standard input gave: in JSON where it starts as that does.
func parseNotebook(_ input: [UInt8]) throws(NotebookError) -> Notebook {
  let first = input.first { !Character(Unicode.Scalar($0)).isWhitespace }
  return try parseNotebook(input, first == UInt8(ascii: "{") ? .ipynb : .qat, path: "standard input")
}

private func parseNotebook(
  _ bytes: [UInt8], _ format: Notebook.Format, path: String
) throws(NotebookError) -> Notebook {
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw .notUTF8(path: path, byte: firstInvalidByte(bytes))
  }
  return switch format {
  case .ipynb: try parseIPyNB(text, path: path)
  case .qat: try parseQAT(text, path: path)
  }
}

/// The format that a path's extension names.
package func notebookFormat(of path: String) throws(NotebookError) -> Notebook.Format {
  switch path.split(separator: ".").last {
  case "ipynb": .ipynb
  case "qat": .qat
  default: throw .unknownExtension(path: path)
  }
}

/// Offset of the first byte that is no UTF-8, from 0.
private func firstInvalidByte(_ bytes: [UInt8]) -> Int {
  var iterator = bytes.makeIterator()
  var decoder = UTF8()
  var offset = 0
  while case .scalarValue(let scalar) = decoder.decode(&iterator) { offset += UTF8.width(scalar) }
  return offset
}
