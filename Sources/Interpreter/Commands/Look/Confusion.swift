/// How often images of each class were taken for each class.
struct Confusion: Equatable {
  let classes: Int
  /// [true class, chosen class].
  private(set) var counts: [Int]

  init(classes: Int, labels: [Int], choices: [Int]) {
    self.classes = classes
    counts = [Int](repeating: 0, count: classes * classes)
    for (label, choice) in zip(labels, choices) { counts[label * classes + choice] += 1 }
  }

  func count(_ label: Int, as choice: Int) -> Int { counts[label * classes + choice] }

  /// Images of a class.
  func total(_ label: Int) -> Int { counts[label * classes..<(label + 1) * classes].reduce(0, +) }

  /// Images of a class that were taken for it; nil where there are none of the class.
  func recall(_ label: Int) -> Double? {
    let total = total(label)
    return total == 0 ? nil : Double(count(label, as: label)) / Double(total)
  }

  /// Images taken for a class that are of it; nil where none were.
  func precision(_ choice: Int) -> Double? {
    let chosen = (0..<classes).reduce(0) { $0 + count($1, as: choice) }
    return chosen == 0 ? nil : Double(count(choice, as: choice)) / Double(chosen)
  }

  struct Pair: Equatable {
    var label: Int
    var choice: Int
    var count: Int
  }

  /// Pairs of different classes that were mistaken, the most frequent first; classes in their order where as often.
  func worstPairs(_ most: Int) -> [Pair] {
    var pairs: [Pair] = []
    for label in 0..<classes {
      for choice in 0..<classes where choice != label && count(label, as: choice) > 0 {
        pairs.append(Pair(label: label, choice: choice, count: count(label, as: choice)))
      }
    }
    // The order of equals is that of classes, whatever the sort does with them.
    return Array(
      pairs.sorted { ($1.count, $0.label, $0.choice) < ($0.count, $1.label, $1.choice) }.prefix(most))
  }
}
