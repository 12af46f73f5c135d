import Foundation
import Language
import SessionStore
import TensorFiles
import Text
import Training

/// A run that goes on: its row in the session, and what writes it down meanwhile.
final class OpenRun {
  let record: RunRecord
  /// Where it goes on; nil where it began in this cell.
  let start: TrainingCheckpoint?
  private let store: SessionStore
  private let journal: RunJournal
  /// Metrics that were handed to the journal, and those that the row had before it.
  private var handed = 0
  private var known = 0
  private var noted = ContinuousClock.now
  /// Settings as the row is to have them, with what happened since.
  var settings: (RunRecorder) -> [String: String] = { _ in [:] }
  private(set) var isEnded = false
  /// Of a run that was stopped: hands over where that was, once the model that it came to is in the session, so that the
  /// two don't hinder one another.
  private var stopped: (() -> Void)?
  private var wasStopped = false

  /// The longest time between two signs of life.
  private static let beat = Duration.seconds(10)

  init(_ record: RunRecord, from start: TrainingCheckpoint? = nil, in store: SessionStore) throws {
    self.record = record
    self.start = start
    self.store = store
    journal = try store.journal(of: record)
  }

  /// Completes what is known of it at its start with what takes time to find; `find` runs beside the first steps.
  func describe(_ find: @escaping @Sendable () throws -> String) { journal.describe(find) }

  /// Gives the recorder what it had heard until the checkpoint.
  func restore(_ recorder: RunRecorder, _ memory: RunRecorder.Memory) throws {
    guard let start else { return }
    var points: [(key: String, step: Int, value: Double)] = []
    for key in try store.metricKeys(of: record.id) {
      points += try store.metrics(of: record.id, key: key).map { (key, $0.step, $0.value) }
    }
    recorder.restore(points, memory, step: start.standing.stepsDone)
    (handed, known) = (recorder.metrics.count, recorder.metrics.count)
  }

  /// Gives a sign of life where the last one is long ago.
  func note(_ recorder: RunRecorder) {
    guard ContinuousClock.now - noted >= Self.beat, journal.isIdle else { return }
    journal.note(entry(recorder))
    noted = .now
  }

  private func entry(_ recorder: RunRecorder) -> RunJournal.Entry {
    defer { handed = recorder.metrics.count }
    return RunJournal.Entry(
      stepsDone: recorder.lastStep, epochsDone: recorder.accuracies.count, settings: settings(recorder),
      points: Array(recorder.metrics[min(handed, recorder.metrics.count)...]))
  }

  /// When it writes checkpoints: at times and ends of epochs as the session has it, and where it is stopped.
  ///
  /// A session in memory ends with its process, and needs none that only a process that died would.
  func checkpointing(_ pace: CheckpointPace, _ recorder: RunRecorder, _ console: Console) -> Checkpointing {
    var hasFailed = false
    let isKept = store.isOnDisk
    return Checkpointing(
      interval: isKept ? pace.interval : nil, start: start,
      isWanted: { [journal] occasion in
        switch occasion {
        case .time: journal.isIdle
        case .epochEnd: pace.isOn && (isKept && journal.isIdle || recorder.isAtLastEpoch)
        case .stopped: true
        }
      }
    ) { [journal] checkpoint, occasion in
      if let failure = journal.failure, !hasFailed {
        hasFailed = true
        console.put(.diagnostic(Self.warning(failure)))
      }
      let file = try Self.file(of: checkpoint, recorder.memory)
      let standing = RunStanding(checkpoint.standing)
      guard occasion == .stopped else { return journal.keep(file, at: standing, self.entry(recorder)) }
      self.wasStopped = true
      self.stopped = { [journal] in journal.keep(file, at: standing, self.entry(recorder), ofStopped: true) }
    }
  }

  /// What went wrong with the last write that ended; nil where nothing did.
  var failureSoFar: StoreError? { journal.failure }

  /// What went wrong with the last write, once all is written; nil where nothing did.
  func failure() -> StoreError? {
    handOverStop()
    journal.wait()
    return journal.failure
  }

  /// Waits until all that was handed over is written.
  func wait() { journal.wait() }

  /// Whether there is something to go on from, or will be in a moment.
  func hasCheckpoint() throws -> Bool {
    try stopped != nil || !store.checkpoints(of: record.id).isEmpty
  }

  /// Has where it was stopped written down, which the session doesn't wait for.
  func handOverStop() {
    guard let stopped else { return }
    stopped()
    self.stopped = nil
    store.leave(journal)
  }

  /// Metrics that the row does not have for certain.
  func unwritten(
    _ metrics: [(key: String, step: Int, value: Double)]
  ) -> [(key: String, step: Int, value: Double)] {
    Array(metrics[min(known + journal.written, metrics.count)...])
  }

  /// The run fails: its curve goes as far as it came.
  func fail(_ recorder: RunRecorder) throws {
    journal.note(entry(recorder))
    try end(.failed)
  }

  /// The run is in the session with its model: what is still to be written is of no use, but for where it was stopped.
  func settle() {
    isEnded = true
    guard !wasStopped else {
      handOverStop()
      return
    }
    journal.abandon()
    journal.wait()
  }

  /// It came to nothing.
  func discard() throws {
    settle()
    try store.discardRun(record.id)
  }

  /// It failed, or what came after it did, and its model is not kept.
  func end(_ status: RunRecord.Status) throws {
    guard !isEnded else { return }
    isEnded = true
    handOverStop()
    journal.wait()
    if status == .interrupted, try !hasCheckpoint() {
      try store.discardRun(record.id)
    } else {
      try store.endRun(record.id, status)
    }
  }

  /// Of a run that was stopped before the cell at hand.
  static func lateWarning(_ failure: StoreError) -> Diagnostic {
    Diagnostic(
      id: "checkpoint-not-written", severity: .warning,
      message: "where the run was stopped could not be written down: \(failure)",
      notes: ["resume goes on from the checkpoint before, where there is one: runs tells"])
  }

  static func warning(_ failure: StoreError) -> Diagnostic {
    Diagnostic(
      id: "checkpoint-not-written", severity: .warning,
      message: "where the run stands could not be written down: \(failure)",
      notes: ["the run goes on; make room, or it is lost where it is stopped before its end"])
  }
}

/// Checkpoints as they lie in files.
extension OpenRun {
  private static let standingKey = "standing"
  private static let memoryKey = "recorder"

  private static func file(
    of checkpoint: TrainingCheckpoint, _ memory: RunRecorder.Memory
  ) throws -> WeightsFile {
    func text(_ value: some Encodable) throws -> String {
      let encoder = JSONEncoder()
      encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
      return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
    return WeightsFile(
      parameters: checkpoint.tensors,
      metadata: [
        WeightsFile.kindKey: "checkpoint", standingKey: try text(checkpoint.standing),
        memoryKey: try text(memory),
      ])
  }

  /// Nil where a file holds no checkpoint, or one of another version of the program.
  static func checkpoint(
    in file: WeightsFile
  ) -> (checkpoint: TrainingCheckpoint, memory: RunRecorder.Memory)? {
    func value<Value: Decodable>(_ type: Value.Type, _ key: String) -> Value? {
      let decoder = JSONDecoder()
      decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
      return file.metadata[key].flatMap { try? decoder.decode(type, from: Data($0.utf8)) }
    }
    guard let standing = value(TrainingCheckpoint.Standing.self, standingKey),
      let memory = value(RunRecorder.Memory.self, memoryKey)
    else { return nil }
    return (TrainingCheckpoint(standing: standing, tensors: file.parameters), memory)
  }
}

extension RunStanding {
  init(_ standing: TrainingCheckpoint.Standing) {
    self.init(
      stepsDone: standing.stepsDone, steps: standing.steps, epochsDone: standing.epochsDone,
      epochs: standing.recipe.epochs)
  }
}
