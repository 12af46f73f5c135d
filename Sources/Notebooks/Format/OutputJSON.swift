package import Interpreter
package import Language
package import Text

extension Output {
  /// The output as typed JSON; nil for progress and diagnostics, which aren't kept as outputs.
  package var json: JSONObject? {
    switch self {
    case .text(let text), .drawing(let text): ["type": .string("text"), "text": .string(text)]
    case .note(let text): ["type": .string("note"), "text": .string(text)]
    case .measured(let words, let isNote):
      [
        "type": .string(isNote ? "note" : "text"), "text": .string(words.text),
        "measured": .array(words.measured.map(JSONValue.string)),
      ]
    case .print(let text): ["type": .string("print"), "text": .string(text)]
    case .table(let table): table.json
    case .metric(let metric): metric.json
    case .curve(let curve): curve.json
    case .histogram(let histogram): histogram.json
    case .bars(let chart): chart.json
    case .page(let page):
      ["type": .string("page"), "title": .string(page.title), "path": .string(page.path)]
    case .images(let sheet): sheet.json
    case .finding(let finding): finding.json
    case .progress, .diagnostic: nil
    }
  }
}

extension Table {
  fileprivate var json: JSONObject {
    let columns = columns.map { column in
      JSONValue.object(["title": .string(column.title), "alignment": .string(column.alignment.rawValue)])
    }
    var object: JSONObject = [
      "type": .string("table"), "title": title.map(JSONValue.string) ?? .null, "columns": .array(columns),
      "rows": .array(texts.map { .array($0.map(JSONValue.string)) }),
      "values": .array(rows.map { .array($0.map(\.json)) }),
    ]
    if let form, let written {
      object["form"] = .string(form.rawValue)
      object["text"] = .string(written)
    }
    return object
  }
}

extension Table.Cell {
  /// Null for words; a unit only where there is one, and `repeats` only where it is false.
  fileprivate var json: JSONValue {
    var object = JSONObject()
    if let number { object["number"] = .double(number) }
    if unit != .none { object["unit"] = .string(unit.rawValue) }
    if let step { object["step"] = .double(step) }
    if !repeats { object["repeats"] = .bool(false) }
    if let emphasis { object["emphasis"] = .string(emphasis.rawValue) }
    return object.isEmpty ? .null : .object(object)
  }
}

extension Metric {
  fileprivate var json: JSONObject {
    [
      "type": .string("metric"), "name": .string(name), "value": .double(value),
      "text": text.map(JSONValue.string) ?? .null, "reproducible": .bool(reproducible),
    ]
  }
}

extension Curve {
  /// Points are pairs of x and y.
  fileprivate var json: JSONObject {
    let series = series.map { one in
      JSONValue.object([
        "name": .string(one.name),
        "points": .array(one.points.map { .array([.double($0.x), .double($0.y)]) }),
      ])
    }
    return [
      "type": .string("curve"), "title": .string(title), "x_label": .string(xLabel),
      "y_label": .string(yLabel), "series": .array(series),
    ]
  }
}

extension Histogram {
  /// Edges are one more than counts.
  fileprivate var json: JSONObject {
    let markers = markers.map { marker in
      JSONValue.object(["name": .string(marker.name), "position": .double(marker.position)])
    }
    return [
      "type": .string("histogram"), "title": .string(title), "x_label": .string(xLabel),
      "y_label": .string(yLabel), "count_scale": .string(countScale.rawValue),
      "edges": .array(edges.map(JSONValue.double)), "counts": .array(counts.map(JSONValue.integer)),
      "markers": .array(markers),
    ]
  }
}

extension BarChart {
  /// Ends of an interval are null where there is none.
  fileprivate var json: JSONObject {
    let bars = bars.map { bar in
      JSONValue.object([
        "name": .string(bar.name), "value": .double(bar.value), "low": bar.low.map(JSONValue.double) ?? .null,
        "high": bar.high.map(JSONValue.double) ?? .null, "within_chance": .bool(bar.isFaint),
      ])
    }
    return [
      "type": .string("bars"), "title": .string(title), "value_label": .string(valueLabel),
      "bars": .array(bars),
    ]
  }
}

extension ImageSheet {
  /// What the images are and are taken for; their pixels are in the picture beside.
  fileprivate var json: JSONObject {
    let items = items.map { item in
      JSONValue.object([
        "number": .integer(item.number), "class": .string(item.label),
        "chosen": item.choice.map(JSONValue.string) ?? .null,
        "other": item.otherChoice.map(JSONValue.string) ?? .null,
      ])
    }
    return [
      "type": .string("images"), "title": .string(title), "width": .integer(width),
      "height": .integer(height), "items": .array(items),
    ]
  }
}

extension Finding {
  /// Without its place, which only its cell's text can tell.
  fileprivate var json: JSONObject {
    [
      "type": .string("finding"), "id": .string(id), "severity": .string(severity.rawValue),
      "message": .string(message),
      "figure": .object(["name": .string(figure.name), "value": .double(figure.value)]),
      "cause": .string(cause), "cell": cell.map(JSONValue.string) ?? .null,
    ]
  }

  /// With line, column and length, as of a diagnostic.
  package func json(in source: SourceFile) -> JSONObject {
    var object = json
    object["type"] = nil
    let place = diagnostic.json(in: source)
    for key in ["line", "column", "length"] { object[key] = place[key] }
    return object
  }
}

extension Diagnostic {
  /// Line and column are from 1 in the cell's source, in Unicode scalars as the length; null without a place.
  ///
  /// `suggestion` takes the place of these; `cell`, where it is there, is the whole cell to write.
  package func json(in source: SourceFile) -> JSONObject {
    let position = range.map { source.position(of: $0.lowerBound) }
    var object: JSONObject = [
      "id": .string(id), "severity": .string(severity.rawValue), "message": .string(message),
      "line": position.map { .integer($0.line) } ?? .null,
      "column": position.map { .integer($0.column) } ?? .null,
      "length": range.map { .integer(source.length(of: $0)) } ?? .null,
      "suggestion": suggestion.map(JSONValue.string) ?? .null,
    ]
    if let cell { object["cell"] = .string(cell) }
    return object
  }
}
