/// The candidate that a mistyped word most likely stands for, or nil where none is near.
///
/// Near is a Damerau–Levenshtein distance (in its optimal string alignment form: insertion, deletion,
/// substitution, exchange of neighbours) of at most a third of the word's length, and at least 1, in which
/// some letter stays. Upper and lower case count as the same. Among equally near candidates one of the word's
/// own length goes first, then the alphabetically first, whatever their order.
package func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
  let letters = Array(word.lowercased())
  let limit = max(1, letters.count / 3)
  var best: (distance: Int, excess: Int, candidate: String)?
  for candidate in candidates {
    let others = Array(candidate.lowercased())
    let excess = abs(others.count - letters.count)
    guard excess <= limit else { continue }
    let distance = editDistance(letters, others)
    guard distance <= limit, distance < max(letters.count, others.count) else { continue }
    if let best, best <= (distance, excess, candidate) { continue }
    best = (distance, excess, candidate)
  }
  return best?.candidate
}

private func editDistance(_ from: [Character], _ to: [Character]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...to.count)
  for row in from.indices {
    var current = [row + 1]
    for column in to.indices {
      let substitution = last[column] + (from[row] == to[column] ? 0 : 1)
      var distance = min(substitution, last[column + 1] + 1, current[column] + 1)
      if row > 0, column > 0, from[row] == to[column - 1], from[row - 1] == to[column] {
        distance = min(distance, beforeLast[column - 1] + 1)
      }
      current.append(distance)
    }
    beforeLast = last
    last = current
  }
  return last[to.count]
}
