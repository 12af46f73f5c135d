import Datasets
import Execution
import GraphIR
import Language
import Quantization
import SessionStore
import Text
import Training

extension Command {
  static let predict = Command(
    "predict", "write a model's answer to every test image into a file",
    operands: [
      Operand("a model", .model(nil)),
      Operand("what to answer", .choice([Choice("test", "the test images")])),
      Operand("a file", .text),
    ],
    examples: ["predict student test \"answers.csv\""],
    footprint: { arguments, _ in
      Footprint(
        uses: Set([arguments.word(at: 0).map { SessionName.model($0.text) }].compactMap { $0 } + [.data]))
    }
  ) { arguments, workspace in
    let word = try arguments.requiredWord(at: 0)
    let entry = try workspace.model(word)
    let data = try workspace.data(for: arguments.verb.range)
    try workspace.requireFit(entry, word, data)
    guard arguments.operands.count == 3, case .text(let path) = arguments.operands[2].value else {
      throw StatementError.nameMissing(arguments.verb, example: "predict student test \"answers.csv\"")
    }
    let range = arguments.operands[2].range
    return Plan { workspace, console in
      let model = try workspace.weights(of: entry.name)
      let rows = try answers(of: model, data)
      do throws(StoreError) {
        try WholeFile(path).write(Array(rows.utf8))
      } catch {
        throw SessionError.store(error, range)
      }
      console.text("\(path): answers of \(entry.name)")
      return .done
    }
  }
}

/// "label,class,logit 0,…", a row an image.
private func answers(of model: Model, _ data: ChosenData) throws -> String {
  let images = data.dataset.test
  let classes = data.classes
  let batch = min(100, images.count)
  let isFloat = model.kind == .float || model.kind == .fakeQuantized
  let plan = try InferencePlan(isFloat ? foldBatchNorm(model) : model, batch: batch)
  var labels = [Int32](repeating: 0, count: batch)
  var text = "label,class," + (0..<classes).map { "logit \($0)" }.joined(separator: ",") + "\n"
  let order = Array(0..<images.count)
  for start in stride(from: 0, to: images.count, by: batch) {
    let end = min(start + batch, images.count)
    labels.withUnsafeMutableBufferPointer { labels in
      guard let base = labels.baseAddress, let input = plan.input.baseAddress else { return }
      gather(
        images, indices: order[start..<end], mean: data.dataset.mean, deviation: data.dataset.deviation,
        into: input, labels: base)
    }
    try plan.run()
    for row in 0..<end - start {
      let logits = plan.logits[row * classes..<(row + 1) * classes].map { $0 }
      let chosen = logits.indices.max { logits[$0] < logits[$1] } ?? 0
      text += "\(labels[row]),\(chosen)," + logits.map { "\($0)" }.joined(separator: ",") + "\n"
    }
  }
  return text
}
