import GraphIR
import SessionStore

/// What a model was made from, and so what a comparison sets it against.
enum ModelOrigin: Hashable {
  /// It begins a family: a float model that was made from no other.
  case itself
  /// The float model of that name, as it is.
  case model(String)
  /// The model of that name was made again since, and is another one now.
  case earlier(String)
  /// The model of that name is not in the session any more.
  case gone(String)
  case unknown

  /// "from an earlier teacher", where it was made from what is not there any more; nil where it is there.
  var mark: String? {
    switch self {
    case .earlier(let name): "from an earlier \(name)"
    case .gone(let name): "from \(name), which is gone"
    case .itself, .model, .unknown: nil
    }
  }
}

extension ModelEntry {
  /// What it was made from: of a quantized model the float model at the beginning, directly or through a QAT model; of a
  /// float model that was started from another one, that; of one that a teacher taught from fresh weights, the teacher.
  ///
  /// `models` are in the order in which they were made.
  func origin(among models: [ModelEntry]) -> ModelOrigin {
    var seen: Set<String> = [name]
    var current = self
    while true {
      switch current.step(among: models) {
      case .to(let next) where next.kind == .float: return .model(next.name)
      // What comes back to itself is damaged.
      case .to(let next) where !seen.insert(next.name).inserted: return .unknown
      case .to(let next): current = next
      case .end(let origin): return origin
      }
    }
  }

  private enum Step {
    case to(ModelEntry)
    case end(ModelOrigin)
  }

  private func step(among models: [ModelEntry]) -> Step {
    if let made = origins.first(where: { $0.role == .start || kind == .float })?.reference {
      // What goes on from itself begins its family.
      if kind == .float, made.name == plainName { return .end(.itself) }
      if let next = models.first(made) { return .to(next) }
      return .end(models.contains { $0.name == made.name } ? .earlier(made.name) : .gone(made.name))
    }
    let own = models.firstIndex { $0.name == name } ?? models.endIndex
    guard let made = details[.start] ?? (kind == .float ? teachers.first : nil), made != name else {
      return .end(kind == .float ? .itself : .unknown)
    }
    guard let place = models.firstIndex(where: { $0.name == made }) else { return .end(.gone(made)) }
    return place < own ? .to(models[place]) : .end(.earlier(made))
  }
}

extension KnownNames {
  /// The float model that a model's family is called by: of a float model its own name.
  ///
  /// Told by names, so that what was made from an earlier model of a name stays beside the one that has it now.
  func family(of name: String) -> String {
    let family = model(named: name)?.kind == .float ? name : origin(of: name, kind: .float)?.name ?? name
    return VersionReference(family)?.name ?? family
  }
}
