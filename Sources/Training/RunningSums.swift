/// Sums over the images of an epoch.
struct RunningSums {
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
