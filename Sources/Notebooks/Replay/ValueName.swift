/// A name of a compared value, taken apart: "table 2, conv1, scale", "teacher.accuracy",
/// "curve.series[0].points[3][1]".
struct ValueName {
  /// Without what says that an output shows it, and without its place among values of the same name.
  let base: String

  init(_ name: String) {
    let shown = CellResults.shown
    let own = name.hasPrefix(shown) ? name.dropFirst(shown.count) : Substring(name)
    let place = own.split(separator: " ").last ?? ""
    let isRepeated =
      place.hasPrefix("(") && place.hasSuffix(")") && Int(place.dropFirst().dropLast()) != nil
    base = String(isRepeated ? own.dropLast(place.count + 1) : own)
  }

  /// The points of a curve's series have one name in common, "curve.series[0].points[][1]"; nil for other
  /// values.
  var group: String? {
    guard let start = base.firstRange(of: "points[")?.upperBound,
      let end = base[start...].firstIndex(of: "]")
    else { return nil }
    return String(base[..<start] + base[end...])
  }

  /// Row's label and column of a value in a table.
  var cell: (label: String, column: String)? {
    let parts = base.split(separator: ", ")
    guard base.hasPrefix("table"), parts.count > 2, let column = parts.last else { return nil }
    return (parts.dropFirst().dropLast().joined(separator: ", "), String(column))
  }

  /// What values of different models and layers have in common: "accuracy", "scale".
  var kind: String { lastPart(of: base) }

  /// A number inside a text has the text's name, and its place there.
  static func number(_ index: Int, in name: String) -> String { "\(name) #\(index + 1)" }
}

// What kinds there are.
extension ValueName {
  /// A share of images that are classified so or so: "accuracy", "int8_accuracy", "teacher_agreement.old".
  var isShareOfImages: Bool {
    let last = base.split(separator: ", ").last ?? ""
    return last.split(separator: ".").contains { part in
      ["accuracy", "agreement", "accuracy_mean"].contains { part == $0 || part.hasSuffix("_" + $0) }
    }
  }

  /// A share of codes: of those that two forms of a layer have otherwise, or that lie beyond a grid.
  var isShareOfCodes: Bool { ["differing", "differ", "clipped"].contains(kind) }

  /// A difference of shares, in points.
  var isPoints: Bool { kind.hasSuffix("points") || kind == "change" || kind.hasSuffix("drop") }

  var isRecovery: Bool { kind == "recovery" }

  var isDecibels: Bool { kind.hasSuffix("_db") || kind.contains("SQNR") }

  /// A loss, of training or on test images.
  var isLoss: Bool { kind == "loss" || kind.hasSuffix("_loss") || base.contains(".kd_loss.") }

  /// How much there is of something: it doesn't change with roundings.
  var isCount: Bool {
    kind.hasSuffix("bytes")
      || ["epochs", "bits", "keep_layers", "rows", "size", "ratio", "total"].contains(kind)
  }

  /// Its spread doesn't grow with the value.
  var isAbsolute: Bool { isShareOfImages || isShareOfCodes || isPoints || isRecovery || isDecibels }
}
