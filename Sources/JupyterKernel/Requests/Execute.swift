import Glibc
import Interpreter
import Language
import Notebooks
import Text
import Training

/// What an `execute_request` asks for.
private struct CellRequest {
  var code: String
  /// Nothing is shown, kept or counted.
  var isSilent: Bool
  var storesHistory: Bool
  var stopsOnError: Bool
  var expressions: JSONObject

  /// Nil without code.
  init?(_ content: JSONObject) {
    guard let code = content["code"]?.string else { return nil }
    self.code = code
    isSilent = content["silent"] == .bool(true)
    storesHistory = !isSilent && content["store_history"] != .bool(false)
    stopsOnError = content["stop_on_error"] != .bool(false)
    expressions = content["user_expressions"]?.object ?? [:]
  }

  var isBlank: Bool { code.allSatisfy(\.isWhitespace) }
}

extension KernelWorker {
  /// Runs a cell and shows what it gives; returns the content of the reply.
  func execute(_ request: WireMessage) -> JSONObject {
    guard let cell = CellRequest(request.content) else {
      return counted(errorContent("BadRequest", "an execute_request needs \"code\", a text"))
    }
    if isAborting { return counted(["status": .string("aborted")]) }
    if cell.storesHistory, !cell.isBlank { executionCount += 1 }
    if !cell.isSilent {
      publish(
        "execute_input", ["code": .string(cell.code), "execution_count": .integer(executionCount)], request)
    }
    guard !cell.isBlank else { return succeeded(cell.expressions) }
    if let query = HelpQuery(cell.code) {
      remember(cell)
      return answer(query, cell, request)
    }
    remember(cell)
    let record = run(cell, request)
    session.interpreter.endRemembered(record.status, seconds: record.seconds)
    for metric in record.metrics { values[metric.name] = metric }
    guard record.status != .ok else { return succeeded(cell.expressions) }
    if cell.stopsOnError { abortWaiting() }
    return counted(failure(record))
  }

  private func run(_ cell: CellRequest, _ request: WireMessage) -> CellRecord {
    let outputs =
      cell.isSilent
      ? nil
      : CellOutputs(
        parent: request.header.json, outbox: board.outbox, sender: board.sender, showsProgress: showsProgress)
    let cancellation = Cancellation()
    board.activity.run(cancellation, outputs)
    if let outputs {
      for output in session.takeNews() {
        if let shown = session.notebook.output(output, SourceFile(""), number: 0) { outputs.put(shown) }
      }
    }
    let record = session.notebook.run(cell.code, number: executionCount, cancellation: cancellation) {
      [painting] output, shown in
      if case .progress(let progress) = output {
        outputs?.put(progress, line: painting.progressLine(progress))
      } else if let shown {
        outputs?.put(shown)
      }
    }
    if record.status == .interrupted { outputs?.put(Self.interruption) }
    capture.flush()
    outputs?.finish()
    return record
  }

  /// Cells that arrived by now answer that they were given up.
  ///
  /// A cell can fail faster than a client sends the next ones of "run all"; the reply waits for those.
  private func abortWaiting() {
    isAborting = true
    usleep(Self.burst)
    board.outbox.markArrivals()
  }

  private func remember(_ cell: CellRequest) {
    guard cell.storesHistory else { return }
    history.add(cell.code, line: executionCount)
    session.interpreter.remember(cell.code)
  }

  /// So long what a client sends in one go may take to arrive, in microseconds.
  private static let burst: UInt32 = 50_000

  private static let interruption: JSONObject = [
    "output_type": .string("error"), "ename": .string("interrupted"),
    "evalue": .string("stopped between two steps"),
    "traceback": .array([.string("interrupted: stopped between two steps")]),
  ]

  private func failure(_ record: CellRecord) -> JSONObject {
    let errors = record.diagnostics.filter { $0.severity == .error }
    guard record.status == .error, let first = errors.first else {
      return errorContent("interrupted", "stopped between two steps")
    }
    let text = painting.plainText(.diagnostic(first), SourceFile(record.source))
    return errorContent(
      first.id, first.message, traceback: text.split(separator: "\n").map(String.init))
  }

  /// A question such as `qat?` is answered beside the cells, as other kernels do.
  private func answer(_ query: HelpQuery, _ cell: CellRequest, _ request: WireMessage) -> JSONObject {
    let page = page(about: query.subject)
    guard page.isFound else {
      let failure = errorContent(
        "unknown-topic", "nothing is known of \"\(query.subject)\"",
        traceback: page.text.split(separator: "\n").map(String.init))
      var output = failure
      output["status"] = nil
      if !cell.isSilent { publish("error", output, request) }
      if cell.stopsOnError { abortWaiting() }
      return counted(failure)
    }
    var content = succeeded(cell.expressions)
    let payload: JSONObject = [
      "source": .string("page"), "data": .object(page.bundle), "start": .integer(0),
    ]
    content["payload"] = .array([.object(payload)])
    return content
  }

  private func counted(_ content: JSONObject) -> JSONObject {
    var content = content
    content["execution_count"] = .integer(executionCount)
    return content
  }

  private func succeeded(_ expressions: JSONObject) -> JSONObject {
    let results = expressions.members.reduce(into: JSONObject()) { results, member in
      results[member.key] = .object(value(of: member.value.string ?? ""))
    }
    return counted([
      "status": .string("ok"), "user_expressions": .object(results), "payload": .array([]),
    ])
  }

  /// A metric by its name, such as `teacher.accuracy`, or a parameter such as `$epochs`.
  private func value(of expression: String) -> JSONObject {
    let name = expression.filter { !$0.isWhitespace }
    let parameter =
      name.hasPrefix("$") ? session.notebook.parameters.literal(of: String(name.dropFirst())) : nil
    guard let text = parameter ?? values[name].map({ JSONValue.double($0.value).line }) else {
      return errorContent(
        "unknown-value",
        "no value is called \"\(name)\": values are metrics that a cell gave, and $parameters")
    }
    return [
      "status": .string("ok"), "data": .object(["text/plain": .string(text)]), "metadata": .object([:]),
    ]
  }
}
