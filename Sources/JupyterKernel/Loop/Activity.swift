import Synchronization
import Text
import Training

/// What the thread that runs cells is at, for the threads that don't: whom an interrupt stops, and to whom stray
/// output belongs.
final class Activity: Sendable {
  private struct State {
    var parent: JSONObject = [:]
    var isBusy = false
    var cancellation: Cancellation?
    var outputs: CellOutputs?
  }

  private let state = Mutex(State())

  /// A request is answered from here on.
  func begin(_ request: WireMessage) {
    state.withLock { ($0.parent, $0.isBusy) = (request.header.json, true) }
  }

  func end() {
    state.withLock { ($0.isBusy, $0.cancellation, $0.outputs) = (false, nil, nil) }
  }

  /// The request is a cell that runs, stops at `cancellation`, and is shown by `outputs`, or by nobody.
  func run(_ cancellation: Cancellation, _ outputs: CellOutputs?) {
    state.withLock { ($0.cancellation, $0.outputs) = (cancellation, outputs) }
  }

  /// Stops the cell that runs, if one does, at its next step.
  func interrupt() { state.withLock { $0.cancellation }?.cancel() }

  /// The header of the request that is being answered; nil where none is.
  var busyParent: JSONObject? { state.withLock { $0.isBusy ? $0.parent : nil } }

  /// The header of the last request, which output belongs to that comes after it.
  var lastParent: JSONObject { state.withLock { $0.parent } }

  /// The outputs of the cell that runs.
  var outputs: CellOutputs? { state.withLock { $0.outputs } }
}
