import Datasets
import Language
import Text
import Training

extension Command {
  static let evaluate = Command(
    "evaluate", "measure a model's accuracy on the test images",
    operands: [Operand("a model, without one the newest", .model(nil), .optional)],
    examples: ["evaluate teacher", "evaluate"],
    footprint: { arguments, known in
      let newest = arguments.operands.isEmpty ? known.models.last.map { SessionName.model($0.name) } : nil
      return Footprint(
        uses: arguments.modelUses.union([.data]).union([newest].compactMap { $0 }), serving: .served)
    }
  ) { arguments, workspace in
    let newest = workspace.modelNames.last.map { Word(text: $0, range: arguments.verb.range) }
    let word = try arguments.word(at: 0) ?? newest ?? arguments.requiredWord(at: 0)
    let entry = try workspace.model(word)
    let data = try workspace.data(for: arguments.verb.range)
    try workspace.requireFit(entry, word, data)
    return Plan { workspace, console in
      if let note = data.note { console.note(note) }
      if let note = foreignData(entry, data) { console.note(note) }
      let model = try workspace.weights(of: entry.name)
      let evaluation = try runningTraining(arguments.verb) {
        try console.evaluation(of: model, named: entry.name, on: data)
      }
      guard let evaluation else { return .interrupted }
      let images = counted(data.dataset.test.count, "test image")
      console.metric(
        entry.name, "accuracy", evaluation.accuracy,
        text: "\(entry.name) accuracy \(percentage(evaluation.accuracy)) on \(images)")
      console.metric(
        entry.name, "loss", evaluation.loss, text: "\(entry.name) loss \(fixed(evaluation.loss, 4))")
      return .done
    }
  }
}
