/// Sums over the images of an epoch.
package struct RunningSums: Sendable, Hashable {
  var total = 0.0
  var task = 0.0
  var distillation = 0.0
  var correct = 0
  var terms: [Double]
  private var images = 0

  init(terms count: Int) { terms = Array(repeating: 0, count: count) }

  mutating func add(_ value: BlendedLoss.Value, terms losses: [Double], images count: Int) {
    total += value.total * Double(count)
    task += value.task * Double(count)
    distillation += value.distillation * Double(count)
    correct += value.correct
    for index in terms.indices { terms[index] += losses[index] * Double(count) }
    images += count
  }

  func mean(_ sum: Double) -> Double { images == 0 ? 0 : sum / Double(images) }
}

/// As it is written down: sums by their bits, for a decimal number may be read as its neighbour, and NaN has none.
extension RunningSums: Codable {
  private enum Key: String, CodingKey { case sums, correct, images }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    let sums = try values.decode([UInt64].self, forKey: .sums).map(Double.init(bitPattern:))
    guard sums.count >= 3 else {
      throw DecodingError.dataCorruptedError(
        forKey: .sums, in: values, debugDescription: "sums of an epoch are missing")
    }
    self.init(terms: 0)
    (total, task, distillation) = (sums[0], sums[1], sums[2])
    terms = Array(sums[3...])
    correct = try values.decode(Int.self, forKey: .correct)
    images = try values.decode(Int.self, forKey: .images)
  }

  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(([total, task, distillation] + terms).map(\.bitPattern), forKey: .sums)
    try values.encode(correct, forKey: .correct)
    try values.encode(images, forKey: .images)
  }
}
