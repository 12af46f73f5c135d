import Interpreter

/// What counting right answers on so many images gives a cell's values by chance, as standard deviations.
///
/// A share p of n images has √(p(1 − p)/n); one of all or of none has that of one image more that falls the
/// other way. What is computed of shares inherits theirs, as if they were independent: on the same images
/// they differ less.
package struct ChanceDeviation: Sendable {
  /// Numbers of the cell by name.
  private var values: [String: Double] = [:]
  /// What each is a share of, where that is not the test images.
  private var cases: [String: Int] = [:]
  /// Test images of the data; nil where no data were used.
  private var images: Int?

  package init() {}

  package init(_ record: CellRecord, images: Int?) {
    self.images = images
    for metric in record.metrics {
      values[metric.name] = metric.value
      cases[metric.name] = metric.cases
    }
  }

  /// Of a value of the cell; 0 where chance on images has no part in it.
  package func of(_ name: String) -> Double {
    let parsed = ValueName(name)
    guard let cell = parsed.cell else { return metric(parsed.base) }
    switch cell.column {
    case "accuracy":
      let names = ["accuracy", "fake_quant_accuracy", "int8_accuracy"].map { "\(cell.label).\($0)" }
      return metric(names.first { values[$0] != nil } ?? "")
    case "change": return metric(cell.label + ".drop_points")
    case "recovery": return metric(cell.label + ".recovery")
    case "differ": return metric(values.keys.first { $0.hasSuffix(".\(cell.label).differing") } ?? "")
    // A table of ranges doesn't say which tensor it is of.
    case "clipped": return values.keys.filter { lastPart(of: $0) == "clipped" }.map(metric).max() ?? 0
    default: return parsed.isPoints ? points(nil, ofImages: images) : 0
    }
  }

  private func metric(_ name: String) -> Double {
    guard let value = values[name] else { return 0 }
    let parsed = ValueName(name)
    let count = cases[name] ?? images
    if parsed.isShareOfCodes { return share(value, of: cases[name]) }
    if parsed.isShareOfImages { return share(value, of: count) }
    // One code is what a tie makes.
    if parsed.kind == "largest_difference" { return 0.5 }
    let model = Self.owner(name)
    if parsed.isPoints {
      return points(values[model + ".accuracy"].map { ($0, $0 + value / 100) }, ofImages: count)
    }
    return parsed.isRecovery ? recovery(value, model, ofImages: count) : 0
  }

  private func share(_ value: Double, of count: Int?) -> Double {
    guard let count, count > 0 else { return 0 }
    let number = Double(count)
    let softened = (min(max(value, 0), 1) * number + 1) / (number + 2)
    return (softened * (1 - softened) / number).squareRoot()
  }

  /// 100·(p − q); where neither is known, of the shares for which chance is greatest.
  private func points(_ shares: (Double, Double)?, ofImages count: Int?) -> Double {
    let (one, other) = shares ?? (0.5, 0.5)
    return 100 * root(share(one, of: count), share(other, of: count))
  }

  /// (p − ptq)/(float − ptq) = r: dr = (dp − (1 − r)·dptq − r·dfloat)/(float − ptq).
  private func recovery(_ value: Double, _ model: String, ofImages count: Int?) -> Double {
    guard let accuracy = values[model + ".accuracy"], let drop = values[model + ".drop_points"] else {
      return 0
    }
    // Where all of the loss was won back, another row of the table says how much that is.
    let models = [model] + values.keys.filter { $0.hasSuffix(".recovery") }.sorted().map(Self.owner)
    guard let loss = models.lazy.compactMap(loss).first else { return 0 }
    let float = accuracy + drop / 100
    let parts = [
      share(accuracy, of: count), (1 - value) * share(float - loss, of: count),
      value * share(float, of: count),
    ]
    return parts.reduce(0, root) / loss
  }

  /// What post-training quantization lost, by what a model recovered of it; nil where that was nothing or
  /// all.
  private func loss(of model: String) -> Double? {
    guard let drop = values[model + ".drop_points"], let recovery = values[model + ".recovery"], recovery != 1
    else { return nil }
    let loss = drop / 100 / (1 - recovery)
    return loss > 0 && loss.isFinite ? loss : nil
  }

  /// The model or layer of a metric.
  private static func owner(_ name: String) -> String {
    name.split(separator: ".").dropLast().joined(separator: ".")
  }
}

/// √(a² + b²).
func root(_ one: Double, _ other: Double) -> Double { (one * one + other * other).squareRoot() }
