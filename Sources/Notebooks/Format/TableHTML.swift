import Interpreter
import Text

extension Table {
  /// The table as a piece of a page, in whose own colours and lettering it stands.
  var html: String {
    if let written { return XMLElement("pre", [("class", "qatlab-table")], text: written).html }
    let heading = columns.map { XMLElement("th", Self.style($0), text: $0.title) }
    let rows = rows.map { row in
      XMLElement(
        "tr", [],
        columns.enumerated().map { index, column in
          let cell = index < row.count ? row[index] : .blank
          return XMLElement("td", Self.style(column, cell.emphasis), text: cell.text)
        })
    }
    let caption = title.map { [XMLElement("caption", [("style", "text-align: left")], text: $0)] } ?? []
    return XMLElement(
      "table", [("class", "qatlab-table")],
      caption + [
        XMLElement("thead", [], [XMLElement("tr", [], heading)]), XMLElement("tbody", [], rows),
      ]
    ).html
  }

  private static func style(_ column: Column, _ emphasis: Cell.Emphasis? = nil) -> [(String, String)] {
    let faint = emphasis == .faint ? "; opacity: 0.6" : ""
    return [("style", "text-align: \(column.alignment.rawValue)" + faint)]
  }
}
