/// Something in a session that one cell makes and another one uses.
package enum SessionName: Hashable, Sendable, Comparable {
  /// A model or a network.
  case model(String)
  case data, seed, precision

  /// As it stands in a file.
  package var key: String {
    switch self {
    case .model(let name): name
    case .data: "data of the session"
    case .seed: "seed of the session"
    case .precision: "precision of the session"
    }
  }

  /// As it stands in a sentence.
  package var words: String {
    switch self {
    case .model(let name): name
    case .data: "the data"
    case .seed: "the seed"
    case .precision: "the precision"
    }
  }

  package init(key: String) {
    let settings: [SessionName] = [.data, .seed, .precision]
    self = settings.first { $0.key == key } ?? .model(key)
  }
}
