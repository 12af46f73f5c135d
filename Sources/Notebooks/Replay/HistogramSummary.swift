import Text

/// A histogram as numbers that don't depend on where its bins begin: how many values there are, and below
/// which of them so much of a hundred lie.
func histogramSummary(_ histogram: JSONObject) -> [(name: String, value: Double)] {
  let edges = numbers(histogram["edges"])
  let counts = numbers(histogram["counts"])
  let total = counts.reduce(0, +)
  guard edges.count == counts.count + 1, total > 0 else { return [] }
  let shares = [0.01, 0.25, 0.5, 0.75, 0.99]
  return [("total", total)]
    + shares.map { share in
      ("\(Int(share * 100)) % below", quantile(share * total, edges, counts))
    }
}

/// Where so many values lie below; within a bin they are taken to be spread evenly.
private func quantile(_ rank: Double, _ edges: [Double], _ counts: [Double]) -> Double {
  var below = 0.0
  for (bin, count) in counts.enumerated() where count > 0 {
    if below + count >= rank {
      return edges[bin] + (edges[bin + 1] - edges[bin]) * (rank - below) / count
    }
    below += count
  }
  return edges.last ?? 0
}

private func numbers(_ value: JSONValue?) -> [Double] {
  (value?.array ?? []).compactMap { if case .number(let spelling) = $0 { Double(spelling) } else { nil } }
}
