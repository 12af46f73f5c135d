import Datasets
import Language
import Text
import Training

extension Command {
  static let evaluate = Command(
    "evaluate", "measure a model's accuracy on the test images",
    operands: [Operand("a model", .model(nil))], examples: ["evaluate teacher"],
    footprint: { arguments, _ in
      Footprint(uses: arguments.modelUses.union([.data]), serving: .served)
    }
  ) { arguments, workspace in
    let word = try arguments.requiredWord(at: 0)
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
