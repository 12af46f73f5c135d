import Interpreter
import Notebooks
import Synchronization
import Text

/// What a cell shows while it runs, as messages: its outputs in their order, and its progress as one output that
/// changes.
///
/// Progress is no output of the cell: when the cell ends, it is taken away, and the outputs are shown anew without it,
/// so that they are those of `qatlab run`. Two threads put outputs in: the one that runs the cell, and the one that
/// reads what C libraries print.
final class CellOutputs: Sendable {
  private struct State {
    /// In the form of nbformat.
    var shown: [JSONObject] = []
    /// What is the cell's result if nothing follows.
    var result: JSONObject?
    /// The id of the output that is the progress.
    var progress: String?
    var curve = ProgressCurve()
  }

  private let parent: JSONObject
  private let outbox: Outbox
  private let sender: Sender
  /// False where the client can't take outputs back.
  private let showsProgress: Bool
  private let state = Mutex(State())

  init(parent: JSONObject, outbox: Outbox, sender: Sender, showsProgress: Bool) {
    self.parent = parent
    self.outbox = outbox
    self.sender = sender
    self.showsProgress = showsProgress
  }

  /// Shows an output of nbformat.
  func put(_ output: JSONObject) {
    state.withLock { state in
      goOn(&state)
      if output.isResult {
        state.result = output
      } else {
        state.shown.append(output)
        publish(output)
      }
    }
  }

  /// Shows what would have been the result as one output among others.
  private func goOn(_ state: inout State) {
    guard let output = state.result?.besideResult else { return }
    state.result = nil
    state.shown.append(output)
    publish(output)
  }

  /// Shows how far the cell is; `line` says it in words.
  func put(_ progress: Progress, line: String) {
    guard showsProgress else { return }
    state.withLock { state in
      goOn(&state)
      state.curve.add(progress)
      let isNew = state.progress == nil
      let id = state.progress ?? sender.newID()
      state.progress = id
      let content: JSONObject = [
        "data": .object(state.curve.bundle(progress, line: line)), "metadata": .object([:]),
        "transient": .object(["display_id": .string(id)]),
      ]
      publish(isNew ? "display_data" : "update_display_data", content)
    }
  }

  /// Shows the result, and takes the progress away.
  func finish() {
    state.withLock { state in
      let result = state.result
      state.result = nil
      if let result { state.shown.append(result) }
      guard state.progress != nil else {
        if let result { publish(result) }
        return
      }
      state.progress = nil
      // Where something follows, it takes the place of what was there without a moment of nothing.
      publish("clear_output", ["wait": .bool(!state.shown.isEmpty)])
      for output in state.shown { publish(output) }
    }
  }

  private func publish(_ output: JSONObject) {
    guard let type = output["output_type"]?.string else { return }
    var content = output
    content["output_type"] = nil
    if type == "display_data" { content["transient"] = .object([:]) }
    publish(type, content)
  }

  private func publish(_ type: String, _ content: JSONObject) {
    outbox.put(sender.broadcast(type, content, parent: parent), on: .iopub)
  }
}
