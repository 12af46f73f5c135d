/// Values under names that differ: where one has a name several times, they are told apart by their order.
struct NamedValues {
  private(set) var ordered: [CellResults.NamedValue] = []
  private(set) var table: [String: TypedValue] = [:]

  init(_ values: [CellResults.NamedValue]) {
    var counts: [String: Int] = [:]
    for (name, value) in values {
      counts[name, default: 0] += 1
      let number = counts[name, default: 1]
      let unique = number == 1 ? name : "\(name) (\(number))"
      ordered.append((unique, value))
      table[unique] = value
    }
  }
}
