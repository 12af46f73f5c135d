/// Why a cell's saved result may not be what its program gives.
package enum StaleReason: Equatable, Sendable {
  /// Its program was changed since.
  case edited
  /// What it uses was changed since.
  case inputs([SessionName])
  /// A cell below it in the document was run before it: its number among the code cells.
  case outOfOrder(after: Int)
  /// The cell that makes what it uses was run again after it: the name, and that cell's number.
  case madeAgain(SessionName, by: Int)

  package var words: String {
    switch self {
    case .edited: "its program was changed since its output was saved"
    case .inputs(let names):
      "what it uses was changed since its output was saved: \(names.map(\.words).joined(separator: ", "))"
    case .outOfOrder(let number): "it was run after cell \(number), which stands below it"
    case .madeAgain(let name, let number): "\(name.words) was made again, by cell \(number), after it was run"
    }
  }
}

extension Notebook {
  /// The reasons by the code cells' numbers, from 1; cells without a saved result have none.
  ///
  /// `graph` has a node for each code cell, in order.
  package func staleCells(_ graph: DependencyGraph) -> [Int: [StaleReason]] {
    let code = cells.filter { $0.kind == .code }
    let counts = code.map { $0.isSkipped ? nil : $0.members["execution_count"]?.integer }
    var stale: [Int: [StaleReason]] = [:]
    for (index, (cell, node)) in zip(code, graph.nodes).enumerated() where !node.program.isEmpty {
      var reasons: [StaleReason] = []
      let saved = cell.members["metadata"]?.object?["qatlab"]?.object
      if let program = saved?["program"]?.string, program != node.program { reasons.append(.edited) }
      if let inputs = saved?["inputs"]?.object ?? (saved?["program"] == nil ? nil : [:]) {
        let names = node.changedInputs(since: inputs)
        if !names.isEmpty { reasons.append(.inputs(names)) }
      }
      if let count = counts[index] {
        reasons += node.makers.sorted { $0.key < $1.key }.compactMap { name, maker in
          counts[maker].flatMap { $0 > count ? .madeAgain(name, by: maker + 1) : nil }
        }
        let before = counts.indices.dropFirst(index + 1).first { (counts[$0] ?? .max) < count }
        if let before { reasons.append(.outOfOrder(after: before + 1)) }
      }
      if !reasons.isEmpty { stale[index + 1] = reasons }
    }
    return stale
  }
}

extension DependencyGraph.Node {
  fileprivate func changedInputs(since saved: JSONObject) -> [SessionName] {
    let before = Dictionary(
      saved.members.map { (SessionName(key: $0.key), $0.value.string) }, uniquingKeysWith: { $1 })
    let names = Set(before.keys).union(inputs.keys)
    return names.filter { (before[$0] ?? nil) != inputs[$0] }.sorted()
  }
}
