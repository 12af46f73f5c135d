import Datasets
import Language
import SessionStore
import Text
import Training

/// A cell on its way through the session: parsed, bound, planned, run, and kept as one change.
struct Cell {
  /// How it ended, and what there is to keep of it.
  struct Outcome {
    var status: CellResult.Status
    /// What it did to the session; nil where that stayed as it was.
    var effects: CellEffects?
    /// What its statements read of the session.
    var reads: Set<SessionName> = []
  }

  let source: String
  let store: SessionStore
  let library: DataLibrary
  /// Why nothing may be changed, where that is so for damage.
  let damage: StoreError?

  func run(_ console: Console) -> Outcome {
    library.console = console
    defer { library.console = nil }
    let program = parse(source, vocabulary: Command.vocabulary)
    let (bound, problems) = bind(program.withoutMistakes(in: SourceFile(source)))
    let slips = (program.diagnostics + problems).inOrderOfPlace
    for diagnostic in slips { console.put(.diagnostic(diagnostic)) }
    guard !slips.contains(where: { $0.severity == .error }) else { return Outcome(status: .error) }
    do {
      let workspace = try opened(bound)
      let (first, failures) = rehearsed(bound, workspace)
      if failures.contains(where: \.isCancellation) {
        console.note("stopped; nothing was changed")
        return Outcome(status: .interrupted)
      }
      for failure in failures { console.put(.diagnostic(failure.diagnostic)) }
      return failures.isEmpty ? try run(bound, first: first, workspace, console) : Outcome(status: .error)
    } catch  where error.isCancellation {
      console.note("stopped; nothing was changed")
      return Outcome(status: .interrupted)
    } catch {
      console.put(.diagnostic(error.diagnostic))
      return Outcome(status: .error)
    }
  }

  private func opened(_ bound: [(Command, Arguments)]) throws(Failure) -> Workspace {
    do {
      return try Workspace(of: store, library: library, statementCount: bound.count)
    } catch {
      throw Failure(error, at: bound.first?.1.verb)
    }
  }

  /// Plans every statement before the first runs, so that a slip in the last does not cost the first's work.
  ///
  /// Returns the plan of the first, which is planned in the session as it is.
  private func rehearsed(
    _ bound: [(Command, Arguments)], _ session: Workspace
  ) -> (first: Plan?, failures: [Failure]) {
    var workspace = session
    var first: Plan?
    var failures = IndependentFailures()
    for (index, (command, arguments)) in bound.enumerated() {
      let footprint = command.footprint(arguments, workspace.names)
      do {
        if footprint.changesSession { try requireWritable(arguments) }
        let plan = try command.plan(arguments, workspace)
        if index == 0 { first = plan }
        workspace.rehearse(plan)
      } catch {
        failures.add(
          Failure(error, at: arguments.verb), of: arguments.statement, changes: footprint.changesSession,
          in: source)
      }
    }
    return (first, failures.all)
  }

  private func requireWritable(_ arguments: Arguments) throws(SessionError) {
    if let damage { throw .store(damage, arguments.verb.range) }
    if store.isReadOnly { throw .readOnly(arguments.verb, holder: store.lockHolder) }
  }

  /// Runs statement by statement, each planned in what those before it really made: a program gives the same in one
  /// cell as in many.
  private func run(
    _ bound: [(Command, Arguments)], first: Plan?, _ session: Workspace, _ console: Console
  ) throws(Failure) -> Outcome {
    var workspace = session
    var status = CellResult.Status.ok
    let threads = ThreadCount()
    defer { threads.restore() }
    for (index, (command, arguments)) in bound.enumerated() {
      do {
        if console.cancellation.isCancelled {
          status = .interrupted
        } else {
          let known = index == 0 ? first : nil
          let plan = try known ?? command.plan(arguments, workspace)
          for change in plan.changes { workspace.apply(change) }
          threads.follow(workspace)
          if try plan.run(&workspace, console) == .interrupted { status = .interrupted }
        }
      } catch {
        throw Failure(error, at: place(of: error, in: arguments.statement))
      }
      guard status == .ok else {
        let left = bound.count - index - 1
        if left > 0 { console.note(counted(left, "statement") + " after it did not run") }
        break
      }
    }
    do {
      return Outcome(
        status: status, effects: try workspace.commit(cell: source), reads: workspace.reads.names)
    } catch {
      throw Failure(error, at: bound.first?.1.verb)
    }
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
  /// True where loading data was stopped at the user's wish.
  var isCancellation = false

  /// `verb` is the place of errors that have none of their own.
  init(_ error: any Error, at verb: Word?) {
    let range = verb?.range ?? SourceRange(0..<0)
    if case SessionError.data(.cancelled, _) = error { isCancellation = true }
    switch error {
    case let error as any DiagnosedError: diagnostic = error.diagnostic
    case let error as StoreError: diagnostic = SessionError.store(error, range).diagnostic
    case let error as TrainingError:
      diagnostic = RunError(cause: error, verb: verb ?? Word(text: "", range: range)).diagnostic
    default: diagnostic = UnexpectedError(EngineCause(error), range: range).diagnostic
    }
  }
}
