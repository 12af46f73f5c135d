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
    let (program, bound, slips) = Self.read(source)
    guard !slips.contains(where: { $0.severity == .error }) else {
      let all = slips + unknownWords(bound, program)
      for diagnostic in mended(all.shown(hidden: program.hidden)) { console.put(.diagnostic(diagnostic)) }
      return Outcome(status: .error)
    }
    for diagnostic in slips.shown(hidden: program.hidden) { console.put(.diagnostic(diagnostic)) }
    do {
      let workspace = try opened(bound)
      let (first, failures) = rehearsed(bound, workspace)
      if failures.contains(where: \.isCancellation) {
        console.note("stopped; nothing was changed")
        return Outcome(status: .interrupted)
      }
      for diagnostic in mended(failures.map(\.diagnostic).shown()) { console.put(.diagnostic(diagnostic)) }
      return failures.isEmpty ? try run(bound, first: first, workspace, console) : Outcome(status: .error)
    } catch  where error.isCancellation {
      console.note("stopped; nothing was changed")
      return Outcome(status: .interrupted)
    } catch {
      for diagnostic in mended([error.diagnostic]) { console.put(.diagnostic(diagnostic)) }
      return Outcome(status: .error)
    }
  }

  /// The statements of a text, and what is wrong with it, whatever the session knows.
  static func read(_ source: String) -> (program: Program, bound: [(Command, Arguments)], slips: [Diagnostic])
  {
    let program = parse(source, vocabulary: Command.vocabulary)
    let (bound, problems) = bind(program.withoutMistakes(in: SourceFile(source)))
    return (program, bound, program.problems + problems)
  }

  /// What stands against its words, with what to write instead, and nothing is run.
  func problems() -> [Diagnostic] { mended(problemsOfWords()) }

  /// With what to write instead, where other words would do.
  private func mended(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    // Every try reads the whole cell, and nobody waits for thousands of lines to be tried.
    guard source.utf8.count <= Mender.longestCell, diagnostics.contains(where: Self.isOfWords),
      let workspace = try? Workspace(
        of: store, library: library, statementCount: 1, source: source, isTrial: true)
    else { return diagnostics }
    let mender = Mender(
      source: SourceFile(source),
      problems: { text in
        Cell(source: text, store: store, library: library, damage: damage).problemsOfWords()
      }, moves: Moves(names: workspace.names))
    return mender.mended(diagnostics)
  }

  /// Words alone that name nothing, in a cell with other mistakes, which is never planned.
  private func unknownWords(_ bound: [(Command, Arguments)], _ program: Program) -> [Diagnostic] {
    guard let workspace = try? opened(bound) else { return [] }
    var made = Set(
      program.statements.flatMap {
        [$0.target?.text].compactMap { $0 } + $0.operands.compactMap(\.word?.text)
      })
    made.formUnion(workspace.modelNames)
    return bound.compactMap { command, arguments in
      guard command.isBareName, !made.contains(where: { arguments.verb.text.hasPrefix($0) }) else {
        return nil
      }
      do {
        _ = try command.plan(arguments, workspace)
        return nil
      } catch {
        return Failure(error, at: arguments.verb).diagnostic
      }
    }
  }

  private func opened(_ bound: [(Command, Arguments)]) throws(Failure) -> Workspace {
    do {
      return try Workspace(of: store, library: library, statementCount: bound.count, source: source)
    } catch {
      throw Failure(error, at: bound.first?.1.verb)
    }
  }

  /// Plans every statement before the first runs, so that a slip in the last does not cost the first's work.
  ///
  /// Returns the plan of the first, which is planned in the session as it is.
  func rehearsed(
    _ bound: [(Command, Arguments)], _ session: Workspace
  ) -> (first: Plan?, failures: [Failure]) {
    var workspace = session
    var first: Plan?
    var failures = IndependentFailures(in: source)
    for (index, (command, arguments)) in bound.enumerated() {
      let footprint = command.footprint(arguments, workspace.names)
      do {
        if footprint.changesSession { try requireWritable(arguments) }
        let plan = try command.plan(arguments, workspace)
        if index == 0 { first = plan }
        workspace.rehearse(plan)
      } catch {
        failures.add(
          Failure(error, at: arguments.verb), of: arguments.statement, changes: footprint.changesSession)
      }
    }
    return (first, failures.all)
  }

  private func requireWritable(_ arguments: Arguments) throws(SessionError) {
    if let damage { throw .store(damage, arguments.verb.range) }
    switch store.refusal {
    case nil: break
    case .readOnly(let holder): throw .readOnly(arguments.verb, holder: holder)
    case .some(let refusal): throw .store(refusal, arguments.verb.range)
    }
  }

  /// Runs statement by statement, each planned in what those before it really made: a program gives the same in one
  /// cell as in many.
  private func run(
    _ bound: [(Command, Arguments)], first: Plan?, _ session: Workspace, _ console: Console
  ) throws(Failure) -> Outcome {
    var workspace = session
    let status: CellResult.Status
    var ran: String
    do {
      (status, ran) = try perform(bound, first: first, &workspace, console)
    } catch {
      workspace.cellRuns.end(console)
      throw error
    }
    do {
      ran = workspace.recordedCell ?? ran
      let effects = try workspace.commit(cell: ran)
      console.kept()
      return Outcome(status: status, effects: effects, reads: workspace.reads.names)
    } catch {
      workspace.cellRuns.handOverStops()
      var failure = Failure(error, at: bound.first?.1.verb)
      if let draft = Draft(workspace, cell: ran) {
        library.draft = draft
        failure.diagnostic.notes.append(Draft.note)
      }
      throw failure
    }
  }

  /// Runs statement by statement; returns how that ended, and what of the cell ran.
  func perform(
    _ bound: [(Command, Arguments)], first: Plan? = nil, _ workspace: inout Workspace, _ console: Console
  ) throws(Failure) -> (status: CellResult.Status, ran: String) {
    var status = CellResult.Status.ok
    var ran = source
    let threads = ThreadCount()
    defer { threads.restore() }
    for (index, (command, arguments)) in bound.enumerated() {
      do {
        if console.cancellation.isCancelled {
          status = .interrupted
          ran = text(before: arguments.statement.range.lowerBound)
        } else {
          let watch = Stopwatch()
          let known = index == 0 ? first : nil
          let plan = try known ?? command.plan(arguments, workspace)
          for change in plan.changes { workspace.apply(change) }
          threads.follow(workspace)
          if try plan.run(&workspace, console) == .interrupted {
            status = .interrupted
            ran = text(before: arguments.statement.range.upperBound)
          }
          if arguments.statement.timing != nil {
            console.tell(watch.seconds, of: arguments.statement, source)
          }
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
    return (status, ran)
  }

  /// The cell up to a UTF-8 offset: what of it ran.
  private func text(before end: Int) -> String {
    let text = String(decoding: source.utf8.prefix(end), as: UTF8.self)
    return String(text.reversed().drop(while: \.isWhitespace).reversed())
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
    guard !mistakes.isEmpty else { return self }
    let lines = Set(mistakes.map(source.line(at:)))
    var program = self
    // Both rise: each statement has the mistakes from its start on to the next one's.
    var left = mistakes[...]
    program.statements = statements.indices.filter { index in
      let start = statements[index].range.lowerBound
      let next = index + 1 < statements.count ? statements[index + 1].range.lowerBound : .max
      left = left.drop { $0 < start }
      let isMistaken = left.first.map { $0 < next } ?? false
      return !isMistaken && !lines.contains(source.line(at: start))
    }.map { statements[$0] }
    return program
  }
}

/// Failures of several statements, without those that may only follow from an earlier one.
private struct IndependentFailures {
  private(set) var all: [Failure] = []
  /// Every word of the program, in order of place.
  private let words: [Word]
  /// Names in statements that failed and would have changed the session.
  private var doubtful: Set<String> = []
  /// False once a statement failed whose effect on later ones can't be told by names.
  private var canGoOn = true

  init(in source: String) {
    let file = SourceFile(source)
    words = tokenize(source).filter { $0.kind == .word }
      .map { Word(text: String(file.text(of: $0.range)), range: $0.range) }
  }

  /// A failure counts beside earlier ones where it marks a name that none of them has to do with.
  mutating func add(_ failure: Failure, of statement: Statement, changes: Bool) {
    let marked = failure.diagnostic.range.map { words(in: $0).first { $0.range == failure.diagnostic.range } }
    let isNamed = marked.flatMap { $0 }.map {
      $0.range != statement.verb.range && !doubtful.contains($0.text)
    }
    if all.isEmpty || (canGoOn && isNamed ?? false) { all.append(failure) }
    guard changes else { return }
    if statement.target == nil { canGoOn = false }
    doubtful.formUnion(words(in: statement.range).map(\.text))
  }

  /// Those that lie in a range.
  private func words(in range: SourceRange) -> ArraySlice<Word> {
    var (low, high) = (0, words.count)
    while low < high {
      let middle = (low + high) / 2
      if words[middle].range.lowerBound < range.lowerBound { low = middle + 1 } else { high = middle }
    }
    return words[low...].prefix { $0.range.upperBound <= range.upperBound }
  }
}

/// Why a cell failed, as its diagnostic.
struct Failure: Error {
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
