import Execution
package import Language
package import SessionStore
import Text
package import Training

/// How a cell ended.
package struct CellResult: Sendable {
  package enum Status: String, Sendable, Codable { case ok, error, interrupted }

  package var status: Status
  package var seconds: Double
  /// Every metric that the cell named, in order of appearance.
  package var metrics: [Metric]
  package var diagnostics: [Diagnostic]
}

/// What can stand at a place of a cell.
package struct Completion: Sendable, Equatable {
  /// Text that replaces the word at the cursor.
  package var text: String
  /// What it is, in a few words: "command", "model, resnet18", "distillation loss".
  package var detail: String

  package init(text: String, detail: String) {
    self.text = text
    self.detail = detail
  }
}

/// Program text in, outputs out: commands on a session.
package final class Interpreter {
  let store: SessionStore
  let library: DataLibrary

  /// A draft holds the workspace that it was made in, which holds the library.
  deinit { library.draft = nil }
  /// Why the session's folder can't be used at all; the store is then one in memory, and nothing is kept.
  private let damage: StoreError?
  /// A cell that stands in the history as running, by its row there.
  private var begun: (source: String, row: Int64)?
  /// Bytes of weights at which it was offered to free some.
  var sizeSpokenOf = 0
  /// What the last cell did to the session; nil where it failed.
  private(set) var lastEffects: CellEffects?
  /// What the last cell read of the session.
  package private(set) var lastReads: Set<SessionName> = []
  /// Threads that the session set when it was opened; nil where it left them to the process.
  let openingThreads: Int?

  /// Opens the session in a folder, which is made where it is missing; nil keeps everything in memory.
  ///
  /// A damaged store opens as an empty session that is read-only; see `openingNotes`. Throws where the folder
  /// can't be made or read.
  package init(sessionFolder: String?) throws {
    do throws(StoreError) {
      let store = try SessionStore(folder: sessionFolder)
      store.flawOfDetails = flaw(ofDetails:)
      self.store = store
      damage = nil
      openingThreads = Self.threads(of: store)
      // What can't be let go now, on a full disk say, is let go when the session is opened again.
      if !store.isReadOnly { _ = try? store.pruneUndo() }
      library = DataLibrary(
        cache: sessionFolder.map { ($0 + "/pictures", isWritable: !store.isReadOnly) })
    } catch {
      switch error {
      case .damagedStore, .foreignStore, .newerStore, .olderStore:
        store = try SessionStore(folder: nil)
        damage = error
        openingThreads = nil
        library = DataLibrary()
      case .folder, .database, .readOnly, .unknownModel, .unknownRun, .damagedModel, .damagedObject,
        .damagedHistory, .unwritable, .unreadable, .weights, .inconsistentTensor, .changedFolder, .fullDisk:
        throw error
      }
    }
  }

  /// Works on a store that is open.
  package init(store: SessionStore) {
    store.flawOfDetails = flaw(ofDetails:)
    self.store = store
    damage = nil
    openingThreads = Self.threads(of: store)
    library = DataLibrary()
  }

  private static func threads(of store: SessionStore) -> Int? {
    (try? store.setting(Setting.threads.rawValue)).flatMap { $0.flatMap { Int($0) } }
  }

  /// True where another process writes to the session, or the store is damaged: commands that change it are refused.
  package var isReadOnly: Bool { store.isReadOnly || damage != nil }

  /// Why cells that change the session are refused, with words of its own; nil where they aren't.
  package var readOnlyProblem: Diagnostic? {
    (damage ?? store.refusal).map { Diagnostic(id: "read-only", message: $0.description) }
  }

  /// What there is to say when the session opens: damaged objects, another writer, fewer threads than were asked for.
  package var openingNotes: [Output] {
    var notes = ThreadTeam.current.warnings.map(Output.diagnostic)
    if let damage {
      notes.append(.diagnostic(warning("damaged-store", damage.description)))
    } else if let refusal = store.refusal {
      notes.append(.diagnostic(warning("read-only", refusal.description)))
    }
    do {
      for problem in try store.problems() {
        notes.append(.diagnostic(warning("damaged-object", problem.description)))
      }
    } catch {
      notes.append(.diagnostic(warning("damaged-store", "\(error)")))
    }
    return notes + resumeNote
  }

  /// Runs a cell: it succeeds and the session changes, or it fails and the session is as before.
  ///
  /// `emit` gets each output as it arises, on the calling thread; diagnostics are emitted too.
  package func execute(
    _ source: String, cancellation: Cancellation, emit: (Output) -> Void
  ) -> CellResult {
    let watch = Stopwatch()
    let result = withoutActuallyEscaping(emit) { emit in
      let console = Console(cancellation: cancellation, emit: emit)
      if let failure = store.takeLateFailure() { console.put(.diagnostic(OpenRun.lateWarning(failure))) }
      let cell = Cell(source: source, store: store, library: library, damage: damage)
      let outcome = cell.run(console)
      (lastEffects, lastReads) = (outcome.effects, outcome.reads)
      // What can't be measured now is measured after the next cell.
      if outcome.effects?.models.isEmpty == false, let note = try? growthNote() { console.note(note) }
      return CellResult(
        status: outcome.status, seconds: watch.seconds, metrics: console.metrics,
        diagnostics: console.diagnostics)
    }
    if begun?.source == source { endRemembered(result.status, seconds: result.seconds) }
    return result
  }

  /// What stands against a cell's words in the session as it is, with what to write instead; nothing is run.
  package func problems(in source: String) -> [Diagnostic] {
    Cell(source: source, store: store, library: library, damage: damage).problems()
  }

  /// What could stand at the UTF-8 offset, and the range that it would replace.
  package func completions(in source: String, at offset: Int) -> (range: Range<Int>, candidates: [Completion])
  {
    names.completions(in: source, at: offset)
  }

  /// The names that the session knows; they stay as they are when it changes.
  package var names: SessionNames {
    var names = SessionNames(
      models: ((try? store.models()) ?? []).map(ModelEntry.init),
      definitions: ((try? store.definitions()) ?? [:]).keys.sorted(), runs: runs,
      cells: readableHistory(limit: 200))
    names.versions = ((try? store.versionKinds()) ?? []).map { KnownNames.Model($0.text, $1) }
    return names
  }

  private var runs: [Completion] {
    ((try? store.runs()) ?? []).reversed().map { run in
      Completion(
        text: "\(run.number)",
        detail: "\(run.kind.rawValue) of \(run.model), \(run.status.rawValue) after "
          + counted(run.epochsDone, "epoch"))
    }
  }

  /// False where the user switched colours and hints off in the edited line.
  package var highlights: Bool { (try? store.settings())?[Setting.highlight.rawValue] != Switch.off.rawValue }

  /// Cells that were entered in this session folder, oldest first, at most `limit`.
  package func history(limit: Int) -> [String] { (try? store.history(limit: limit)) ?? [] }

  /// The same with how the cells ended: `ok`, `error`, `interrupted`, `unread`, `running`, `killed`.
  package func endedCells(limit: Int) -> [(cell: String, status: String)] {
    ((try? store.cells(limit: limit)) ?? []).map { ($0.cell, $0.status) }
  }

  /// The same without cells that could not be read: nobody wants those brought back.
  package func readableHistory(limit: Int) -> [String] {
    (try? store.history(limit: limit, except: Self.unread)) ?? []
  }

  /// The status, in the history, of a cell that could not be read.
  private static let unread = "unread"

  /// True where a text can be read as a cell: its words have their places, whatever they name.
  package func canRead(_ source: String) -> Bool {
    !Cell.read(source).slips.contains { $0.severity == .error }
  }

  /// Keeps a cell in the history that is about to run; how it ends is written down when it has.
  ///
  /// Where the session can't be written, the cell is not kept: that is said when it opens.
  package func remember(_ source: String) {
    let canBeRead = canRead(source)
    let row = try? store.remember(
      source, status: canBeRead ? HistoryStatus.running : Self.unread, seconds: 0)
    begun = canBeRead ? row.map { (source, $0) } : nil
  }

  /// Writes down how the cell ended that is kept as running, where that is not done yet; where it can't be written, the
  /// cell stays one whose end is not known.
  package func endRemembered(_ status: CellResult.Status, seconds: Double) {
    guard let cell = begun else { return }
    begun = nil
    try? store.endCell(cell.row, status: status.rawValue, seconds: seconds)
  }

  private func warning(_ id: String, _ message: String) -> Diagnostic {
    Diagnostic(id: id, severity: .warning, message: message)
  }
}
