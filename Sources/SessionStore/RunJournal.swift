import Dispatch
import Foundation
import GRDB
import Synchronization

/// Writes down a run while it goes on, on a thread of its own: how far it is, its metrics, and its checkpoints.
///
/// What was handed over is on the disk after `wait`, or `failure` says why not. Once the run's row says that it has
/// ended, nothing is added to it any more.
package final class RunJournal: Sendable {
  /// How far a run is, and what its curves have got since it was told last.
  package struct Entry: Sendable {
    package var stepsDone: Int
    package var epochsDone: Int
    package var settings: [String: String]
    package var points: [(key: String, step: Int, value: Double)]

    package init(
      stepsDone: Int, epochsDone: Int, settings: [String: String],
      points: [(key: String, step: Int, value: Double)]
    ) {
      self.stepsDone = stepsDone
      self.epochsDone = epochsDone
      self.settings = settings
      self.points = points
    }
  }

  private typealias Job = @Sendable () throws -> Void

  private struct State {
    /// In their order, without the one that is at work.
    var jobs: [Job] = []
    /// With that one.
    var unfinished = 0
    /// A thread is there that takes them, until there are none left.
    var isWorking = false
    var isAbandoned = false
    var failure: StoreError?
    /// Points whose write failed, for the next one.
    var left: [(key: String, step: Int, value: Double)] = []
    var written = 0
    var next = 1
    var newest: CheckpointRecord?
  }

  package let run: String
  private let queue: DatabaseQueue
  private let path: String
  private let files: CheckpointFiles
  /// What was handed over and is still to be written.
  private let open = DispatchGroup()
  private let state = Mutex(State())

  init(run: String, next: Int, queue: DatabaseQueue, path: String, files: CheckpointFiles) {
    self.run = run
    self.queue = queue
    self.path = path
    self.files = files
    state.withLock { $0.next = next }
  }

  /// True while nothing that was handed over is still to be written.
  package var isIdle: Bool { state.withLock { $0.unfinished == 0 } }

  /// Why a write failed; nil after a checkpoint that was written.
  package var failure: StoreError? { state.withLock { $0.failure } }

  /// Points that are written, of those that were handed over, in their order.
  package var written: Int { state.withLock { $0.written } }

  /// The newest checkpoint that is on the disk, of those that went through this journal.
  package var newest: CheckpointRecord? { state.withLock { $0.newest } }

  /// Notes that the run is alive, and how far.
  package func note(_ entry: Entry) { submit { try self.write(entry, checkpoint: nil) } }

  /// Completes the conditions that a run was begun under, which `find` gives.
  package func describe(_ find: @escaping @Sendable () throws -> String) {
    submit {
      let conditions = try find()
      try self.queue.write { database in
        try database.execute(
          sql: "UPDATE run SET conditions = ? WHERE id = ?", arguments: [conditions, self.run])
      }
    }
  }

  /// Writes a checkpoint, then notes how far the run is, with the checkpoint's row as one change.
  ///
  /// `ofStopped`: the run may be written down as stopped already.
  package func keep(
    _ file: WeightsFile, at standing: RunStanding, _ entry: Entry, ofStopped: Bool = false
  ) {
    submit {
      let number = self.state.withLock { state in
        defer { state.next += 1 }
        return state.next
      }
      var record = CheckpointRecord(
        run: self.run, number: number, standing: standing, byteCount: 0, digest: "", createdAt: Date())
      do {
        (record.byteCount, record.digest) = try self.files.write(record.name, file) { self.isAbandoned }
      } catch is CheckpointFiles.Cancelled {
        return
      } catch {
        // The metrics are smaller, and may still find room.
        try? self.write(entry, checkpoint: nil, ofStopped: ofStopped)
        throw error
      }
      try self.write(entry, checkpoint: record, ofStopped: ofStopped)
    }
  }

  /// Waits until all that was handed over is written, or has failed.
  package func wait() { open.wait() }

  /// Gives up what is not written yet, of a run whose model is kept.
  package func abandon() { state.withLock { $0.isAbandoned = true } }

  /// Journals whose threads are at work, for which the process waits when it ends.
  private static let working = Mutex<[ObjectIdentifier: RunJournal]>([:])
  private static let waitsAtExit: Void = {
    _ = atexit {
      for journal in RunJournal.working.withLock({ Array($0.values) }) { journal.wait() }
    }
  }()

  private var isAbandoned: Bool { state.withLock { $0.isAbandoned } }

  /// Hands a job to the thread that writes, which is one of its own: those of a pool may all be waiting for it.
  private func submit(_ job: @escaping Job) {
    open.enter()
    let isFirst = state.withLock { state in
      state.jobs.append(job)
      state.unfinished += 1
      defer { state.isWorking = true }
      return !state.isWorking
    }
    guard isFirst else { return }
    Self.working.withLock { $0[ObjectIdentifier(self)] = self }
    _ = Self.waitsAtExit
    Thread { self.work() }.start()
  }

  private func work() {
    while let job = next() {
      do {
        if !isAbandoned { try job() }
      } catch {
        let error = StoreError.from(error, path: path)
        let failure = error as? StoreError ?? .database(path: path, reason: "\(error)")
        state.withLock { $0.failure = failure }
      }
      state.withLock { $0.unfinished -= 1 }
      open.leave()
    }
  }

  private func next() -> Job? {
    state.withLock { state in
      guard !state.jobs.isEmpty else {
        state.isWorking = false
        _ = Self.working.withLock { $0.removeValue(forKey: ObjectIdentifier(self)) }
        return nil
      }
      return state.jobs.removeFirst()
    }
  }

  private func write(_ entry: Entry, checkpoint: CheckpointRecord?, ofStopped: Bool = false) throws {
    let points = state.withLock { $0.left } + entry.points
    do {
      let old = try queue.write { database -> [String]? in
        guard try RunRows.note(entry, of: run, isStopped: ofStopped, database) else { return nil }
        try MetricRows.append(points, run: run, database)
        guard let checkpoint else { return [] }
        try CheckpointRows.insert(checkpoint, database)
        return try CheckpointRows.dropOld(of: run, database)
      }
      state.withLock { state in
        state.left = []
        if old != nil { state.written += points.count }
        if old != nil, let checkpoint { (state.newest, state.failure) = (checkpoint, nil) }
      }
      // Of a run that has ended no row names the file.
      files.remove(old ?? [checkpoint?.name].compactMap { $0 })
    } catch {
      if let checkpoint { files.remove([checkpoint.name]) }
      state.withLock { $0.left = points }
      throw error
    }
  }
}
