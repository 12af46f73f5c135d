import Datasets
import Execution
import Language
import Text
import Training

extension Command {
  static let evaluate = Command(
    "evaluate", "measure a model's accuracy on the test images",
    operands: [Operand("models, without one the newest", .model(nil), .many)],
    keywords: [.measuredPrecision],
    examples: [
      "evaluate teacher", "evaluate teacher student", "evaluate", "evaluate teacher precision bf16",
    ],
    footprint: { arguments, known in
      let newest = arguments.operands.isEmpty ? known.models.last.map { SessionName.model($0.name) } : nil
      return Footprint(
        uses: arguments.modelUses.union([.data]).union([newest].compactMap { $0 }), serving: .served)
    }
  ) { arguments, workspace in
    let newest = workspace.modelNames.last.map { Word(text: $0, range: arguments.verb.range) }
    let named = arguments.words()
    let words = named.isEmpty ? [try newest ?? arguments.requiredWord(at: 0)] : named
    let entries = try words.map { try workspace.model($0) }
    let data = try workspace.data(for: arguments.verb.range)
    for (entry, word) in zip(entries, words) { try workspace.requireFit(entry, word, data) }
    let precision = try arguments.measuredPrecision
    return Plan { workspace, console in
      if let note = data.note { console.note(note) }
      for entry in entries {
        guard try measure(entry, data, precision, arguments.verb, workspace, console) else {
          return .interrupted
        }
      }
      return .done
    }
  }
}

/// Measures a model and says what came of it; false where it was cancelled.
private func measure(
  _ entry: ModelEntry, _ data: ChosenData, _ precision: TrainingPrecision, _ verb: Word,
  _ workspace: Workspace, _ console: Console
) throws -> Bool {
  if let note = foreignData(entry, data) { console.note(note) }
  let model = try workspace.weights(of: entry.name)
  let evaluation = try runningTraining(verb) {
    try console.evaluation(of: model, named: entry.name, on: data, precision: precision)
  }
  guard let evaluation else { return false }
  let images = counted(data.dataset.test.count, "test image") + precision.words(for: entry.kind)
  console.metric(
    entry.name, "accuracy", evaluation.accuracy,
    text: "\(entry.name) accuracy \(percentage(evaluation.accuracy)) on \(images)")
  console.metric(
    entry.name, "loss", evaluation.loss, text: "\(entry.name) loss \(fixed(evaluation.loss, 4))")
  return true
}
