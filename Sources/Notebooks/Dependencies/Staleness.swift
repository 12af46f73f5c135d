package import Interpreter
import Text

package enum StaleReason: Equatable, Sendable {
  /// Its program was changed since.
  case edited
  /// What it uses was changed since.
  case inputs([SessionName])
  /// A cell below it in the document was run before it: its number among the code cells.
  case outOfOrder(after: Int)
  /// The cell that makes what it uses was run again after it: the name, and that cell's number.
  case madeAgain(SessionName, by: Int)
  /// A later run of the file did not come to it.
  case earlierRun

  /// Its program, or what it uses, is another.
  var isOfInputs: Bool {
    switch self {
    case .edited, .inputs: true
    case .outOfOrder, .madeAgain, .earlierRun: false
    }
  }

  package var words: String {
    switch self {
    case .edited: "its program was changed since its output was saved"
    case .inputs(let names):
      "what it uses was changed since its output was saved: \(names.map(\.words).joined(separator: ", "))"
    case .outOfOrder(let number): "it was run after cell \(number), which stands below it"
    case .madeAgain(let name, let number): "\(name.words) was made again, by cell \(number), after it was run"
    case .earlierRun: "it is of an earlier run: the last one did not come to it"
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
    let edited = Set(
      zip(code, graph.nodes).enumerated().filter { !$1.1.isProgram(of: $1.0.provenance) }.map(\.offset))
    var stale: [Int: [StaleReason]] = [:]
    for (index, (cell, node)) in zip(code, graph.nodes).enumerated() where !node.program.isEmpty {
      var reasons: [StaleReason] = []
      let saved = cell.provenance
      if edited.contains(index) { reasons.append(.edited) }
      let names =
        saved?["key"] != nil
        ? node.changedInputs(since: saved?["inputs"]?.object ?? [:])
        : saved?["program"] != nil ? graph.inputs(of: index, madeBy: edited) : []
      if !names.isEmpty { reasons.append(.inputs(names)) }
      if cell.isOfEarlierRun { reasons.append(.earlierRun) }
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

extension NotebookCell {
  /// What ran and what it used, as the file has it; nil where nothing is on record.
  fileprivate var provenance: JSONObject? { members["metadata"]?.object?["qatlab"]?.object }
}

extension DependencyGraph {
  /// What a cell uses that comes, over as many cells as it takes, from one that was edited.
  ///
  /// Results of version 1 name what they used in another way, so that their programs alone tell it.
  fileprivate func inputs(of place: Int, madeBy edited: Set<Int>) -> [SessionName] {
    func isReached(_ place: Int) -> Bool {
      edited.contains(place) || nodes[place].makers.values.contains { $0 < place && isReached($0) }
    }
    return nodes[place].makers.filter { isReached($0.value) }.map(\.key).sorted()
  }
}

extension DependencyGraph.Node {
  /// True where the saved results are of this program, or it is not known of which.
  func isProgram(of saved: JSONObject?) -> Bool {
    if let key = saved?["key"]?.string { return key == program }
    return saved?["program"]?.string.map { $0 == tokens } ?? true
  }

  fileprivate func changedInputs(since saved: JSONObject) -> [SessionName] {
    let before = Dictionary(
      saved.members.map { (SessionName(key: $0.key), $0.value.string) }, uniquingKeysWith: { $1 })
    let names = Set(before.keys).union(inputs.keys)
    return names.filter { (before[$0] ?? nil) != inputs[$0] }.sorted()
  }
}
