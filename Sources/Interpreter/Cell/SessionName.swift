/// Something in a session that one statement makes or changes and another one uses.
package enum SessionName: Hashable, Sendable, Comparable {
  /// A model or a network.
  case model(String)
  case data, seed, precision
  /// Every training run of the session.
  case runs
  /// A file of somebody else, by the path that was written; its content counts.
  case file(String)

  private static let filePrefix = "file "

  /// As it stands in a file.
  package var key: String {
    switch self {
    case .model(let name): name
    case .data: "data of the session"
    case .seed: "seed of the session"
    case .precision: "precision of the session"
    case .runs: "runs of the session"
    case .file(let path): Self.filePrefix + path
    }
  }

  /// As it stands in a sentence.
  package var words: String {
    switch self {
    case .model(let name): name
    case .data: "the data"
    case .seed: "the seed"
    case .precision: "the precision"
    case .runs: "the runs"
    case .file(let path): path
    }
  }

  package init(key: String) {
    let others: [SessionName] = [.data, .seed, .precision, .runs]
    let file = key.hasPrefix(Self.filePrefix) ? String(key.dropFirst(Self.filePrefix.count)) : nil
    self = others.first { $0.key == key } ?? file.map(SessionName.file) ?? .model(key)
  }
}

/// What the statements of a cell really read of the session, while they were planned and while they ran.
///
/// One object for all copies of a workspace.
package final class SessionReads {
  package private(set) var names: Set<SessionName> = []

  func note(_ name: SessionName) { names.insert(name) }
}
