import Interpreter
import Language
import Text

/// Answers the requests of the shell channel, one after the other, on the thread that computes.
final class KernelWorker {
  let session: KernelSession
  let painting: KernelPainting
  let capture: StreamCapture
  let board: Switchboard
  /// False where the client can't take outputs back.
  let showsProgress: Bool
  /// Of the last cell that counts.
  var executionCount = 0
  /// A cell failed, and those that were waiting behind it are not to run.
  var isAborting = false
  /// The last value of each metric that a cell named.
  var values: [String: Metric] = [:]
  var history: KernelHistory

  init(
    session: KernelSession, painting: KernelPainting, capture: StreamCapture, board: Switchboard,
    showsProgress: Bool
  ) {
    self.session = session
    self.painting = painting
    self.capture = capture
    self.board = board
    self.showsProgress = showsProgress
    history = KernelHistory(before: session.interpreter.history(limit: KernelHistory.remembered))
  }

  /// Until the queue ends.
  func run() {
    while true {
      switch board.requests.next() {
      case .request(let request): answer(request)
      case .mark: isAborting = false
      case .end: return
      }
    }
  }

  private func answer(_ request: WireMessage) {
    board.activity.begin(request)
    publish("status", ["execution_state": .string("busy")], request)
    let reply = reply(to: request)
    capture.flush()
    if let reply { board.outbox.put(board.sender.reply(reply.type, reply.content, to: request), on: .shell) }
    board.activity.end()
    publish("status", ["execution_state": .string("idle")], request)
  }

  /// Nil where a request has no reply, or nothing is known of it.
  private func reply(to request: WireMessage) -> (type: String, content: JSONObject)? {
    switch request.header.type {
    case "execute_request": return ("execute_reply", execute(request))
    case "complete_request": return ("complete_reply", complete(request.content))
    case "inspect_request": return ("inspect_reply", inspect(request.content))
    case "is_complete_request": return ("is_complete_reply", isComplete(request.content))
    case "history_request": return ("history_reply", history.reply(to: request.content))
    case "comm_info_request":
      return ("comm_info_reply", ["status": .string("ok"), "comms": .object([:])])
    case "connect_request": return ("connect_reply", board.information.ports)
    case "comm_open":
      // Nobody is there for whom it is meant, which is told by closing it.
      let id = request.content["comm_id"] ?? .string("")
      publish("comm_close", ["comm_id": id, "data": .object([:])], request)
      return nil
    case "comm_msg", "comm_close": return nil
    case let type:
      board.log.write("a message on shell was left alone: nothing is known of \(type)")
      return nil
    }
  }

  func publish(_ type: String, _ content: JSONObject, _ request: WireMessage) {
    board.outbox.put(board.sender.broadcast(type, content, parent: request.header.json), on: .iopub)
  }

  private func isComplete(_ content: JSONObject) -> JSONObject {
    guard let code = content["code"]?.string else { return ["status": .string("unknown")] }
    if HelpQuery(code) != nil { return ["status": .string("complete")] }
    return switch completeness(of: code) {
    case .complete: ["status": .string("complete")]
    case .incomplete: ["status": .string("incomplete"), "indent": .string("  ")]
    case .invalid: ["status": .string("invalid")]
    }
  }
}
