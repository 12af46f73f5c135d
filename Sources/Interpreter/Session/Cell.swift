import Language
import SessionStore
import Training

/// A cell on its way through the session: parsed, bound, planned, run, and kept as one change.
struct Cell {
  let source: String
  let store: SessionStore
  let library: DataLibrary
  /// Why nothing may be changed, where that is so for damage.
  let damage: StoreError?

  func run(_ console: Console) -> CellResult.Status {
    let program = parse(source, vocabulary: Command.vocabulary)
    let (bound, problems) = bind(program.withoutMistakes(in: SourceFile(source)))
    let slips = (program.diagnostics + problems).inOrderOfPlace
    for diagnostic in slips { console.put(.diagnostic(diagnostic)) }
    guard !slips.contains(where: { $0.severity == .error }) else { return .error }
    do {
      let (steps, failures) = try planned(bound)
      for failure in failures { console.put(.diagnostic(failure.diagnostic)) }
      return failures.isEmpty ? try run(steps, console) : .error
    } catch {
      console.put(.diagnostic(error.diagnostic))
      return .error
    }
  }

  /// Plans every statement before the first runs, so that a slip in the last does not cost the first's work.
  private func planned(
    _ bound: [(Command, Arguments)]
  ) throws(Failure) -> (steps: [(Statement, Step)], failures: [Failure]) {
    var steps: [(Statement, Step)] = []
    var failures = IndependentFailures()
    var scope: Scope
    do {
      scope = try Scope(of: store, library: library, statementCount: bound.count)
    } catch {
      throw Failure(error, at: bound.first?.1.verb)
    }
    for (command, arguments) in bound {
      do {
        try requireWritable(command, arguments)
        steps.append((arguments.statement, try command.plan(arguments, &scope)))
      } catch {
        failures.add(
          Failure(error, at: arguments.verb), of: arguments.statement,
          changes: command.changesSession(arguments), in: source)
      }
    }
    return (steps, failures.all)
  }

  private func requireWritable(_ command: Command, _ arguments: Arguments) throws(SessionError) {
    guard command.changesSession(arguments) else { return }
    if let damage { throw .store(damage, arguments.verb.range) }
    if store.isReadOnly { throw .readOnly(arguments.verb, holder: store.lockHolder) }
  }

  private func run(_ steps: [(Statement, Step)], _ console: Console) throws(Failure) -> CellResult.Status {
    var draft = Draft(store: store)
    var status = CellResult.Status.ok
    for (index, (statement, step)) in steps.enumerated() {
      do {
        if console.cancellation.isCancelled {
          status = .interrupted
        } else if try step.run(&draft, console) == .interrupted {
          status = .interrupted
        }
      } catch {
        throw Failure(error, at: place(of: error, in: statement))
      }
      guard status == .ok else {
        let left = steps.count - index - 1
        if left > 0 { console.note(counted(left, "statement") + " after it did not run") }
        break
      }
    }
    do {
      try draft.commit(cell: source)
    } catch {
      throw Failure(error, at: steps.first?.0.verb)
    }
    return status
  }

  /// The name of the model that an error is about, where the statement writes it; else the verb.
  private func place(of error: any Error, in statement: Statement) -> Word {
    guard case StoreError.damagedObject(let model, _, _) = error else { return statement.verb }
    let file = SourceFile(source)
    let range = tokenize(source).first { token in
      token.kind == .word && token.range.lowerBound > statement.verb.range.lowerBound
        && token.range.upperBound <= statement.range.upperBound && file.text(of: token.range) == model
    }?.range
    return range.map { Word(text: model, range: $0) } ?? statement.verb
  }
}

extension Program {
  /// The program without the statements in which the parser found a mistake: what is left of them would be
  /// blamed a second time.
  fileprivate func withoutMistakes(in source: SourceFile) -> Program {
    let mistakes = diagnostics.compactMap(\.range).map(\.lowerBound)
    var program = self
    program.statements = statements.enumerated().filter { index, statement in
      let start = statement.range.lowerBound
      let next = index + 1 < statements.count ? statements[index + 1].range.lowerBound : .max
      let line = source.position(of: start).line
      return !mistakes.contains {
        ($0 >= start && $0 < next) || source.position(of: $0).line == line
      }
    }.map(\.element)
    return program
  }
}

extension [Diagnostic] {
  /// Sorted by place; those without one last.
  fileprivate var inOrderOfPlace: [Diagnostic] {
    enumerated().sorted { one, other in
      (one.element.range?.lowerBound ?? .max, one.offset)
        < (other.element.range?.lowerBound ?? .max, other.offset)
    }.map(\.element)
  }
}

/// Failures of several statements, without those that may only follow from an earlier one.
private struct IndependentFailures {
  private(set) var all: [Failure] = []
  /// Names in statements that failed and would have changed the session.
  private var doubtful: Set<String> = []
  /// False once a statement failed whose effect on later ones can't be told by names.
  private var canGoOn = true

  /// A failure counts beside earlier ones where it marks a name that none of them has to do with.
  mutating func add(_ failure: Failure, of statement: Statement, changes: Bool, in source: String) {
    let file = SourceFile(source)
    let marked = failure.diagnostic.range
    let words = tokenize(source).filter { $0.kind == .word }
    let isNamed = words.contains { word in
      guard let marked, word.range == marked, word.range != statement.verb.range else { return false }
      return !doubtful.contains(String(file.text(of: word.range)))
    }
    if all.isEmpty || (canGoOn && isNamed) { all.append(failure) }
    guard changes else { return }
    if statement.target == nil { canGoOn = false }
    doubtful.formUnion(
      words.filter {
        $0.range.lowerBound >= statement.range.lowerBound
          && $0.range.upperBound <= statement.range.upperBound
      }.map { String(file.text(of: $0.range)) })
  }
}

/// Why a cell failed, as its diagnostic.
private struct Failure: Error {
  var diagnostic: Diagnostic

  /// `verb` is the place of errors that have none of their own.
  init(_ error: any Error, at verb: Word?) {
    let range = verb?.range ?? SourceRange(0..<0)
    switch error {
    case let error as any DiagnosedError: diagnostic = error.diagnostic
    case let error as StoreError: diagnostic = SessionError.store(error, range).diagnostic
    case let error as TrainingError:
      diagnostic = RunError(cause: error, verb: verb ?? Word(text: "", range: range)).diagnostic
    default: diagnostic = UnexpectedError(EngineCause(error), range: range).diagnostic
    }
  }
}

extension Scope {
  /// The session as it stands.
  init(of store: SessionStore, library: DataLibrary, statementCount: Int) throws {
    let definitions = try store.definitions().compactMapValues(NetworkDefinition.init(text:))
    var settings: [Setting: String] = [:]
    for (key, value) in try store.settings() {
      if let setting = Setting(rawValue: key) { settings[setting] = value }
    }
    self.init(
      models: try store.models().map(ModelEntry.init), definitions: definitions, settings: settings,
      library: library, statementCount: statementCount,
      damagedModels: { ((try? store.problems()) ?? []).compactMap(\.model) })
  }
}
