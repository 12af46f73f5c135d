import Interpreter
import Text

extension Table {
  /// The table as a piece of a page, in whose own colours and lettering it stands.
  var html: String {
    let heading = columns.map { XMLElement("th", Self.style($0), text: $0.title) }
    let rows = texts.map { row in
      XMLElement(
        "tr", [],
        columns.enumerated().map { index, column in
          XMLElement("td", Self.style(column), text: index < row.count ? row[index] : "")
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

  private static func style(_ column: Column) -> [(String, String)] {
    [("style", "text-align: \(column.alignment.rawValue)")]
  }
}
