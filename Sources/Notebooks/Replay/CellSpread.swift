import Glibc
package import Text

/// How far the values of a cell lie apart from run to run, by runs of the notebook with other seeds.
///
/// Kept beside the values, as `metadata.qatlab.spread`.
package struct CellSpread: Equatable, Sendable {
  /// Runs with other seeds, beside the saved one.
  package var seeds: Int
  /// Standard deviations by name; of points of a curve as shares of the value, one for each series.
  package var deviations: [String: Double] = [:]
  /// Texts that other seeds make other ones, and values that they have or don't have.
  package var varying: Set<String> = []

  package init(seeds: Int) { self.seeds = max(1, seeds) }

  /// Of what a cell gave in the saved run and in those with other seeds, of which there is at least one.
  package init(of saved: CellResults, and others: [CellResults]) {
    self.init(seeds: others.count)
    let tables = ([saved] + others).map { NamedValues($0.condensed).table }
    var points: [String: [[Double]]] = [:]
    for name in Set(tables.flatMap(\.keys)) where !name.hasPrefix(CellResults.shown) {
      let values = tables.compactMap { $0[name] }
      let numbers = values.compactMap { if case .number(let number?) = $0 { number } else { nil } }
      if values.count < tables.count {
        varying.insert(ValueName(name).group ?? name)
      } else if numbers.count == values.count {
        if let group = ValueName(name).group {
          points[group, default: []].append(numbers)
        } else {
          keep(sampleDeviation(numbers), name)
        }
      } else if numbers.isEmpty {
        addTexts(values.map(\.words), name)
      } else {
        varying.insert(name)
      }
    }
    for (group, values) in points where !varying.contains(group) { keep(relativeDeviation(values), group) }
  }

  private mutating func keep(_ deviation: Double, _ name: String) {
    if deviation > 0 { deviations[name] = threeDigitsUp(deviation) }
  }

  private mutating func addTexts(_ texts: [String], _ name: String) {
    let parsed = texts.map(TextNumbers.init)
    guard let first = parsed.first, parsed.allSatisfy({ $0.words == first.words }) else {
      varying.insert(name)
      return
    }
    for index in first.numbers.indices {
      keep(sampleDeviation(parsed.map { $0.numbers[index].value }), ValueName.number(index, in: name))
    }
  }
}

extension CellSpread {
  /// Of a value, or of a number inside a text; 0 where other seeds give the same.
  func deviation(_ name: String) -> Double {
    let name = name.hasPrefix(CellResults.shown) ? String(name.dropFirst(CellResults.shown.count)) : name
    return deviations[name] ?? deviations[ValueName(name).base] ?? 0
  }

  func varies(_ name: String) -> Bool {
    let parsed = ValueName(name)
    return varying.contains(parsed.group ?? name) || varying.contains(parsed.base)
  }

  package var json: JSONObject {
    var object: JSONObject = ["seeds": .integer(seeds)]
    if !deviations.isEmpty {
      object["deviations"] = .object(
        deviations.sorted { $0.key < $1.key }.reduce(into: JSONObject()) { $0[$1.key] = .double($1.value) })
    }
    if !varying.isEmpty { object["varying"] = .array(varying.sorted().map(JSONValue.string)) }
    return object
  }

  /// Nil where a file says nothing that can be used.
  package init?(_ json: JSONObject?) {
    guard let json, let seeds = json["seeds"]?.integer, 1...1000 ~= seeds else { return nil }
    self.init(seeds: seeds)
    for member in json["deviations"]?.object?.members ?? [] {
      guard case .number(let spelling) = member.value, let deviation = Double(spelling), deviation.isFinite,
        deviation >= 0
      else { continue }
      deviations[member.key] = deviation
    }
    varying = Set((json["varying"]?.array ?? []).compactMap(\.string))
  }
}

extension NotebookCell {
  /// The spread that was kept with its results.
  package var spread: CellSpread? {
    CellSpread(members["metadata"]?.object?["qatlab"]?.object?["spread"]?.object)
  }
}

/// Of a sample; exactly 0 where all values are the same.
func sampleDeviation(_ values: [Double]) -> Double {
  guard values.count > 1, let first = values.first, values.contains(where: { $0 != first }) else { return 0 }
  let mean = values.reduce(0, +) / Double(values.count)
  let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return (squares / Double(values.count - 1)).squareRoot()
}

/// What the points of a series deviate by, as a share of their size: the root of the mean square.
private func relativeDeviation(_ points: [[Double]]) -> Double {
  let scale = PointScale(points.map { $0.map(abs).reduce(0, +) / Double($0.count) })
  let squares = points.map { values in
    let share = sampleDeviation(values) / scale.size(values.map(abs).reduce(0, +) / Double(values.count))
    return share.isFinite ? share * share : 0
  }
  return (squares.reduce(0, +) / Double(max(points.count, 1))).squareRoot()
}

/// The size of a point of a series, by which its deviation is told: its own, but not below a tenth of the
/// mean.
struct PointScale {
  private let least: Double

  init(_ values: [Double]) {
    least = values.isEmpty ? 0 : values.map(abs).reduce(0, +) / Double(values.count) / 10
  }

  func size(_ value: Double) -> Double { max(abs(value), least) }
}

/// The next number with three digits that count.
private func threeDigitsUp(_ value: Double) -> Double {
  let exponent = Int(log10(value).rounded(.down)) - 2
  guard (-300...300).contains(exponent) else { return value }
  let scale = pow(10, Double(abs(exponent)))
  return exponent < 0 ? (value * scale).rounded(.up) / scale : (value / scale).rounded(.up) * scale
}
