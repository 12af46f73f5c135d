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
    var isSilent = false
  }

  private let state = Mutex(State())

  /// A request is answered from here on.
  func begin(_ request: WireMessage) {
    state.withLock { ($0.parent, $0.isBusy) = (request.header.json, true) }
  }

  func end() {
    state.withLock { state in
      (state.isBusy, state.cancellation, state.outputs, state.isSilent) = (false, nil, nil, false)
    }
  }

  /// The request is a cell that runs, stops at `cancellation`, and is shown by `outputs`, or by nobody.
  func run(_ cancellation: Cancellation, _ outputs: CellOutputs?) {
    state.withLock { state in
      (state.cancellation, state.outputs, state.isSilent) = (cancellation, outputs, outputs == nil)
    }
  }

  /// Stops the cell that runs, if one does, at its next step.
  func interrupt() { state.withLock { $0.cancellation }?.cancel() }

  /// The header of the request that is being answered; nil where none is.
  var busyParent: JSONObject? { state.withLock { $0.isBusy ? $0.parent : nil } }

  /// The header of the last request, which output belongs to that comes after it.
  var lastParent: JSONObject { state.withLock { $0.parent } }

  /// True while a cell runs of which nothing is to be shown.
  var isSilent: Bool { state.withLock { $0.isSilent } }

  /// The outputs of the cell that runs.
  var outputs: CellOutputs? { state.withLock { $0.outputs } }
}
