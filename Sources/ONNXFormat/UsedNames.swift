/// Names that a graph has used; what is asked for twice gets a number.
struct UsedNames {
  private var names: Set<String>

  init(_ names: Set<String>) { self.names = names }

  /// The name, or with "_2", "_3", … behind it where it is taken.
  mutating func unused(_ name: String) -> String {
    var candidate = name
    var count = 1
    while !names.insert(candidate).inserted {
      count += 1
      candidate = "\(name)_\(count)"
    }
    return candidate
  }
}
