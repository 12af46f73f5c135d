import Dispatch
import Glibc
import Synchronization
import Text

/// What a kernel is started with.
package struct KernelOptions: Sendable {
  package var connectionFile: String
  /// The folder of the session; nil for the one beside the notebook.
  package var session: String?
  /// Of the program.
  package var version: String

  package init(connectionFile: String, session: String?, version: String) {
    self.connectionFile = connectionFile
    self.session = session
    self.version = version
  }
}

/// Serves a Jupyter client until it asks for the end, dies, or a signal comes.
///
/// To be called on the main thread, before others are started.
package func runKernel(
  _ options: KernelOptions, painting: KernelPainting, environment: (String) -> String?, workingFolder: String
) throws(ConnectionError) {
  let parent = ParentWatch(environment: environment)
  // Jupyter's own setting for disks that know no permissions.
  let isLenient = ["1", "true"].contains(environment("JUPYTER_ALLOW_INSECURE_WRITES")?.lowercased())
  let connection = try ConnectionFile(path: options.connectionFile, isLenient: isLenient)
  let place = SessionPlace(
    chosen: options.session, environment: environment, workingFolder: workingFolder)
  let kernel = try Kernel(connection, place, options.version, painting)
  try kernel.serve(until: { parent.isGone })
}

/// How binding a socket ended on another thread.
private final class BindOutcome: Sendable {
  private let error = Mutex<ConnectionError?>(nil)
  private let isKnown = DispatchSemaphore(value: 0)

  func tell(_ error: ConnectionError?) {
    self.error.withLock { $0 = error }
    isKnown.signal()
  }

  /// Nil where it worked.
  func wait() -> ConnectionError? {
    isKnown.wait()
    return error.withLock { $0 }
  }
}

/// The parts of a running kernel: who reads sockets, who computes, and what goes between them.
final class Kernel: Sendable {
  private let connection: ConnectionFile
  private let place: SessionPlace
  private let painting: KernelPainting
  private let board: Switchboard
  private let signals: SignalWatch
  private let context: ZeroMQContext

  /// So long a cell may take to stop when the kernel is asked to end; Jupyter kills it a second later.
  private static let patience = Duration.seconds(4)

  init(
    _ connection: ConnectionFile, _ place: SessionPlace, _ version: String, _ painting: KernelPainting
  ) throws(ConnectionError) {
    self.connection = connection
    self.place = place
    self.painting = painting
    board = try Switchboard(connection, folder: place.folder, version: version)
    signals = SignalWatch(activity: board.activity, wake: board.wake)
    context = try ZeroMQContext()
  }

  func serve(until isAbandoned: @escaping () -> Bool) throws(ConnectionError) {
    // Sockets of ipc are files: nobody else is to connect to them. What cells write has the user's own mask.
    let mask = umask(0o077)
    defer { umask(mask) }
    let sockets = try KernelSockets(connection, in: context)
    let heartbeat = try startHeartbeat()
    umask(mask)
    let capture = try StreamCapture { [board] name, text in
      let stream: JSONObject = [
        "output_type": .string("stream"), "name": .string(name), "text": .string(text),
      ]
      guard !board.activity.isSilent else { return }
      if let outputs = board.activity.outputs { return outputs.put(stream) }
      // Between cells it belongs to what came last.
      let content: JSONObject = ["name": .string(name), "text": .string(text)]
      board.outbox.put(
        board.sender.broadcast("stream", content, parent: board.activity.lastParent), on: .iopub)
    }
    _ = KernelThread("streams") { capture.run() }
    _ = KernelThread("signals") { [signals] in signals.run() }
    let worker = startWorker(capture)
    var loop = MessageLoop(
      sockets: sockets, board: board, key: connection.key,
      isAbandoned: { [signals] in signals.isEnding || isAbandoned() })
    loop.run()
    let deadline = ContinuousClock.now + Self.patience
    var isDone = false
    loop.finish {
      isDone = worker.hasEnded(within: 20)
      return isDone || ContinuousClock.now >= deadline
    }
    close(loop)
    context.shutDown()
    _ = heartbeat.hasEnded(within: 1000)
    context.terminate()
    // What a step that takes longer would have given is lost, and nothing else: the session is whole at any moment.
    if !isDone { _exit(0) }
  }

  /// The sockets send what they hold for as long as they linger.
  private func close(_ loop: consuming MessageLoop) {}

  private func startHeartbeat() throws(ConnectionError) -> KernelThread {
    let outcome = BindOutcome()
    let thread = KernelThread("heartbeat") { [context, connection] in
      echoHeartbeats(context, at: connection.endpoint(.heartbeat)) { outcome.tell($0) }
    }
    if let error = outcome.wait() { throw error }
    return thread
  }

  private func startWorker(_ capture: StreamCapture) -> KernelThread {
    KernelThread("cells") { [self] in
      do {
        let session = try KernelSession(place, version: board.information.version, painting: painting)
        let worker = KernelWorker(
          session: session, painting: painting, capture: capture, board: board,
          showsProgress: !ClientProgram.isConsole)
        worker.run()
      } catch {
        board.log.write("no session can be had: \(error)")
        signals.end()
      }
    }
  }
}
