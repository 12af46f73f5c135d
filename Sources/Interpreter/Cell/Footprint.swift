import GraphIR
import Language

/// What a statement uses of the session and what it changes, told from its words and the names that are known.
package struct Footprint: Sendable, Equatable {
  /// Whether a result that was kept may be given instead of running.
  package enum Serving: Sendable {
    /// It costs nothing to run again, or follows from more than names.
    case never
    /// It may stand beside statements that are served.
    case beside
    case served
  }

  package var uses: Set<SessionName>
  package var defines: Set<SessionName>
  /// The versions that it makes, by their names with numbers.
  package var versions: Set<SessionName> = []
  package var changes: [NameChange]
  /// It adds to the session's runs.
  package var addsRun = false
  /// It takes back what so many cells before it that changed something did.
  package var undoneCells = 0
  /// It does so many cells again that were taken back.
  package var redoneCells = 0
  /// It is refused in a session that is open for reading only.
  package var changesSession: Bool
  package var serving = Serving.never

  package init(
    uses: Set<SessionName> = [], settings: Set<SessionName> = [], changes: [NameChange] = [],
    serving: Serving = .never
  ) {
    self.uses = uses
    self.changes = changes
    self.serving = serving
    defines = settings.union(changes.map { .model($0.name) })
    changesSession = !settings.isEmpty || !changes.isEmpty
  }

  /// True where it takes back cells, or does some again.
  package var undoes: Bool { undoneCells > 0 || redoneCells > 0 }

  /// What it makes, by every name that a later statement may use.
  package var makes: Set<SessionName> { versions.isEmpty ? defines : defines.union(versions) }

  /// It only looks, and follows from nothing.
  static let nothing = Footprint()

  /// Of a command that makes a model with the data in use; `name` is nil where it can't be told.
  static func making(
    _ kind: Model.Kind, _ name: String?, from start: String?, teachers: [String] = [],
    also uses: Set<SessionName> = []
  ) -> Footprint {
    let own = start == name ? nil : start
    let used = ([start].compactMap { $0 } + teachers).map(SessionName.model)
    var footprint = Footprint(
      uses: uses.union(used).union([.data]),
      changes: name.map { [.make(KnownNames.Model($0, kind, start: own, teachers: teachers))] } ?? [],
      serving: .served)
    footprint.changesSession = true
    return footprint
  }

  /// Adds what a later statement of the same cell does.
  fileprivate mutating func add(_ next: Footprint) {
    uses.formUnion(next.uses.subtracting(makes))
    defines.formUnion(next.defines)
    changes += next.changes
    addsRun = addsRun || next.addsRun
    undoneCells += next.undoneCells
    redoneCells += next.redoneCells
    changesSession = changesSession || next.changesSession
    serving =
      switch (serving, next.serving) {
      case (.never, _), (_, .never): .never
      case (.served, _), (_, .served): .served
      case (.beside, .beside): .beside
      }
  }

  /// Of a whole program, which changes what is known; nothing where it can't be bound, for then it doesn't run.
  package init(ofProgram source: String, _ known: inout KnownNames) {
    self.init(serving: .beside)
    let program = parse(source, vocabulary: Command.vocabulary)
    let (bound, problems) = bind(program)
    guard problems.isEmpty, !program.diagnostics.contains(where: { $0.severity == .error }) else {
      serving = .never
      return
    }
    for (command, arguments) in bound {
      let footprint = command.footprint(arguments, known)
      add(footprint)
      // How long it takes is asked of a run.
      if arguments.statement.timing != nil { serving = .never }
      for change in footprint.changes {
        known.apply(change)
        if case .make(let model) = change, let version = known.lastVersion(of: model.name) {
          versions.insert(version)
        }
      }
    }
  }
}

extension Footprint {
  /// It uses the session's data, or chooses them.
  package var touchesData: Bool { uses.contains(.data) || defines.contains(.data) }

  /// What a program says follows from kernels, by a model or in making one: they may add in another order elsewhere.
  ///
  /// `known` are the names before it.
  package func followsFromKernels(_ known: KnownNames) -> Bool {
    let made = changes.contains { if case .make = $0 { true } else { false } }
    return made || addsRun || undoes
      || uses.contains { name in
        switch name {
        case .model(let name): known.model(named: name) != nil
        case .runs, .precision: true
        case .data, .seed, .file: false
        }
      }
  }
}

extension Arguments {
  /// What the operands name.
  var modelUses: Set<SessionName> {
    Set(operands.indices.compactMap { word(at: $0).map { .model($0.text) } })
  }

  /// The session's seed, where none is written.
  func sessionSeed(unless keyword: Keyword) -> Set<SessionName> { has(keyword) ? [] : [.seed] }
}
