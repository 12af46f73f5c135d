import Text

/// The paper of a picture: the place of its parts from the top, and the root element around them.
struct PlotSheet {
  static let width = 640.0
  static let textSize = 12.0
  static let titleSize = 14.0
  static let edge = 8.0
  private static let lineHeight = 17.0
  private static let plotHeight = 230.0

  private let title: String
  private let description: String
  private let head: [XMLElement]
  /// Where the data is drawn.
  let area: PlotArea
  private let height: Double

  /// `tickLabels` are those beside the left axis, for which room is made; `overhead` is kept free above the
  /// area, which is `plotHeight` high.
  init(
    title: String, description: String, legend: [LegendEntry], yName: String, tickLabels: [String],
    overhead: Double = 0, plotHeight: Double = Self.plotHeight
  ) {
    self.title = title
    self.description = description
    let room = Self.width - 2 * Self.edge
    var (head, y) = Self.title(title)
    y += 4
    for row in Self.rows(legend, width: room) {
      y += Self.lineHeight
      var x = Self.edge
      for entry in row {
        head += entry.elements(x: x, y: y - 4, textSize: Self.textSize, width: room)
        x += entry.width(Self.textSize, limit: room) + 16
      }
    }
    y += Self.lineHeight + 4
    let left = min(Self.edge + 12 + (tickLabels.map { textWidth($0, size: Self.textSize) }.max() ?? 0), 200)
    for line in fitted(yName, size: Self.textSize, width: room, lines: 1) {
      head.append(plotText(line, x: Self.edge, y: y - 6))
    }
    self.head = head
    y += overhead + 7
    area = PlotArea(
      left: left, right: Self.width - Self.edge - 16, top: y, bottom: y + plotHeight)
    height = area.bottom + 2 * Self.lineHeight + Self.edge
  }

  private static func rows(_ legend: [LegendEntry], width: Double) -> [[LegendEntry]] {
    var rows: [[LegendEntry]] = []
    var used = 0.0
    for entry in legend {
      let own = entry.width(textSize, limit: width)
      if !rows.isEmpty, used + 16 + own <= width {
        rows[rows.count - 1].append(entry)
        used += 16 + own
      } else {
        rows.append([entry])
        used = own
      }
    }
    return rows
  }

  /// The file: `parts` in their order over the head.
  func xml(_ parts: [XMLElement]) -> String {
    Self.root(title: title, description: description, height: height, head + parts).xml
  }

  /// The title's lines at the top of a picture, and where they end.
  static func title(_ title: String) -> (elements: [XMLElement], bottom: Double) {
    var bottom = edge
    let lines = fitted(title, size: titleSize, width: (width - 2 * edge) / 1.08, lines: 2).map { line in
      bottom += lineHeight
      return XMLElement(
        "text",
        [
          ("class", "title"), ("x", coordinate(edge)), ("y", coordinate(bottom - 4)),
          ("font-size", coordinate(titleSize)),
        ], text: line)
    }
    return (lines, bottom)
  }

  /// The element around a picture of the usual width.
  static func root(
    title: String, description: String, height: Double, _ parts: [XMLElement]
  ) -> XMLElement {
    XMLElement(
      "svg",
      [
        ("xmlns", "http://www.w3.org/2000/svg"), ("class", "qatlab-plot"), ("role", "img"),
        ("viewBox", "0 0 \(coordinate(width)) \(coordinate(height))"),
        ("width", coordinate(width)), ("height", coordinate(height)), ("fill", "currentColor"),
        ("font-family", "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"),
        ("font-size", coordinate(textSize)),
      ],
      [
        XMLElement("title", text: title), XMLElement("desc", text: description), .style(PlotPalette.css),
      ] + parts)
  }
}

/// A line of text at the picture's usual size.
func plotText(_ text: String, x: Double, y: Double, anchor: String? = nil) -> XMLElement {
  let place = [("x", coordinate(x)), ("y", coordinate(y))]
  return XMLElement("text", place + (anchor.map { [("text-anchor", $0)] } ?? []), text: text)
}

/// A name beside the sign that stands for it.
struct LegendEntry {
  /// Before the name, as the mark in the picture; "" for none.
  var letter = ""
  var name: String
  /// Which of the palette's colours.
  var index: Int

  private static let swatch = 22.0

  private var words: String { letter.isEmpty ? name : letter + "  " + name }

  func width(_ size: Double, limit: Double) -> Double {
    min(limit, Self.swatch + 6 + textWidth(words, size: size))
  }

  func elements(x: Double, y: Double, textSize: Double, width: Double) -> [XMLElement] {
    let line = XMLElement(
      "path",
      [
        ("class", "s\(index)"),
        ("d", "M\(coordinate(x)) \(coordinate(y - 4))H\(coordinate(x + Self.swatch))"),
        ("stroke", PlotPalette.colour(index)), ("stroke-width", "2"), ("fill", "none"),
      ] + PlotPalette.dash(index))
    let start = x + Self.swatch + 6
    let fitting = fitted(words, size: textSize, width: width - Self.swatch - 6, lines: 1)
    return [line] + fitting.map { plotText($0, x: start, y: y) }
  }
}
