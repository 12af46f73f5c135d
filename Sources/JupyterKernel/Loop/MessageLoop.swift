import Glibc
import Text

/// Moves messages between the sockets and the threads that work, and answers what can't wait for a cell.
///
/// Its thread is the only one that touches the sockets.
struct MessageLoop: ~Copyable {
  private let sockets: KernelSockets
  private let board: Switchboard
  private let signer: Signer
  /// True once nobody needs the kernel any more: its parent died, or a signal asked it to end.
  private let isAbandoned: () -> Bool
  private var verifier: Verifier
  private var subscriptions = 0
  /// Requests that came before anybody listened, and when the first of them did.
  private var early: [WireMessage] = []
  private var earlySince: ContinuousClock.Instant?
  private var isEnding = false

  /// So long a request waits for somebody to listen to its outputs.
  private static let patience = Duration.milliseconds(500)

  init(
    sockets: consuming KernelSockets, board: Switchboard, key: String, isAbandoned: @escaping () -> Bool
  ) {
    self.sockets = sockets
    self.board = board
    signer = Signer(key: key)
    verifier = Verifier(key: key)
    self.isAbandoned = isAbandoned
  }

  /// Until somebody asks the kernel to end, or nobody needs it.
  mutating func run() {
    let handles = [sockets.control.handle, sockets.shell.handle, sockets.iopub.handle]
    while !isEnding, !isAbandoned() {
      let pause = early.isEmpty ? 1000 : 20
      guard waitForInput(handles, descriptor: board.wake.readEnd, milliseconds: pause) else { break }
      pass()
    }
    board.activity.interrupt()
    board.requests.end()
  }

  /// Goes on sending while the worker comes to its end.
  mutating func finish(until isDone: () -> Bool) {
    while !isDone() { send() }
    send()
  }

  private mutating func pass() {
    readSubscriptions()
    while !isEnding, let frames = sockets.control.receive() { answerControl(frames) }
    readRequests()
    send()
  }

  /// Sends what the worker made, in its order.
  private mutating func send() {
    board.wake.drain()
    for item in board.outbox.take() {
      switch item {
      case .frames(.shell, let frames): sockets.shell.send(frames)
      case .frames(.iopub, let frames): sockets.iopub.send(frames)
      case .markArrivals:
        readRequests()
        board.requests.put(.mark)
      }
    }
  }

  private mutating func readSubscriptions() {
    while let frames = sockets.iopub.receive() {
      guard let frame = frames.first, let kind = frame.first else { continue }
      let topic = String(decoding: frame.dropFirst(), as: UTF8.self)
      if kind == 1 {
        subscriptions += 1
        publish(board.sender.broadcast("iopub_welcome", ["subscription": .string(topic)], topic: topic))
      } else if kind == 0 {
        subscriptions = max(0, subscriptions - 1)
      }
    }
  }

  private mutating func readRequests() {
    while !isEnding, let frames = sockets.shell.receive() {
      guard let request = message(frames, "shell") else { continue }
      if subscriptions == 0, earlySince == nil { earlySince = .now }
      if subscriptions == 0, let earlySince, ContinuousClock.now - earlySince < Self.patience {
        early.append(request)
      } else {
        takeEarly()
        take(request)
      }
    }
    if let earlySince, subscriptions > 0 || ContinuousClock.now - earlySince >= Self.patience { takeEarly() }
  }

  private mutating func takeEarly() {
    let held = early
    early = []
    for request in held { take(request) }
  }

  private mutating func take(_ request: WireMessage) {
    switch request.header.type {
    case "kernel_info_request": answer(request, "kernel_info_reply", board.information.content, on: .shell)
    case "shutdown_request": shutDown(request, on: .shell)
    default: board.requests.put(.request(request))
    }
  }

  private mutating func message(_ frames: [[UInt8]], _ channel: String) -> WireMessage? {
    do throws(WireError) {
      return try WireMessage(frames: frames, verifiedBy: &verifier)
    } catch {
      board.log.write("a message on \(channel) was left alone: \(error)")
      return nil
    }
  }

  // What can't wait

  private enum Origin { case shell, control }

  private mutating func answerControl(_ frames: [[UInt8]]) {
    guard let request = message(frames, "control") else { return }
    switch request.header.type {
    case "kernel_info_request": answer(request, "kernel_info_reply", board.information.content, on: .control)
    case "interrupt_request":
      board.activity.interrupt()
      answer(request, "interrupt_reply", ["status": .string("ok")], on: .control)
    case "shutdown_request": shutDown(request, on: .control)
    case "connect_request": answer(request, "connect_reply", board.information.ports, on: .control)
    case "comm_info_request":
      answer(request, "comm_info_reply", ["status": .string("ok"), "comms": .object([:])], on: .control)
    case "debug_request": answer(request, "debug_reply", Self.noDebugger(request.content), on: .control)
    case "create_subshell_request", "delete_subshell_request", "list_subshell_request":
      let type = request.header.type.replacing("_request", with: "_reply")
      answer(request, type, errorContent("Unsupported", "cells run one after the other"), on: .control)
    case let type: board.log.write("a message on control was left alone: nothing is known of \(type)")
    }
  }

  private func answer(_ request: WireMessage, _ type: String, _ content: JSONObject, on origin: Origin) {
    publish(status("busy", request))
    reply(board.sender.reply(type, content, to: request), on: origin)
    publish(status("idle", request))
    // Clients take the last status for the kernel's own.
    if let parent = board.activity.busyParent {
      publish(board.sender.broadcast("status", ["execution_state": .string("busy")], parent: parent))
    }
  }

  private mutating func shutDown(_ request: WireMessage, on origin: Origin) {
    let content: JSONObject = [
      "status": .string("ok"), "restart": request.content["restart"] ?? .bool(false),
    ]
    publish(status("busy", request))
    reply(board.sender.reply("shutdown_reply", content, to: request), on: origin)
    publish(board.sender.broadcast("shutdown_reply", content, parent: request.header.json))
    publish(status("idle", request))
    isEnding = true
  }

  private func status(_ state: String, _ request: WireMessage) -> WireMessage {
    board.sender.broadcast("status", ["execution_state": .string(state)], parent: request.header.json)
  }

  private func publish(_ message: WireMessage) { sockets.iopub.send(message.frames(signedBy: signer)) }

  private func reply(_ message: WireMessage, on origin: Origin) {
    switch origin {
    case .shell: sockets.shell.send(message.frames(signedBy: signer))
    case .control: sockets.control.send(message.frames(signedBy: signer))
    }
  }

  /// In the form of the Debug Adapter Protocol, which the request has too.
  private static func noDebugger(_ request: JSONObject) -> JSONObject {
    [
      "type": .string("response"), "success": .bool(false), "request_seq": request["seq"] ?? .integer(0),
      "seq": .integer(0), "command": request["command"] ?? .string(""),
      "message": .string("qatlab has no debugger: a cell is a transaction, which undo takes back"),
    ]
  }
}

/// What a reply says of a request that fails.
func errorContent(_ name: String, _ value: String, traceback: [String]? = nil) -> JSONObject {
  [
    "status": .string("error"), "ename": .string(name), "evalue": .string(value),
    "traceback": .array((traceback ?? [value]).map(JSONValue.string)),
  ]
}
