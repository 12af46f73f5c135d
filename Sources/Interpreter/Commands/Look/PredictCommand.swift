import Datasets
import GraphIR
import Language
import SessionStore
import Text
import Training

extension Keyword {
  fileprivate static let answers = Keyword(
    "test", .text, otherwise: "one picture", example: "\"answers.csv\"",
    "writes label, chosen class and logits of every test image to this file, .csv or .npy")
}

extension Command {
  static let predict = Command(
    "predict", "ask a model what is in a picture, or for its answers to all test images",
    operands: [Operand("a model", .model(nil)), Operand("a picture", .text, .optional)],
    keywords: [.answers],
    examples: ["predict student-int8 \"cat.jpg\"", "predict student-int8 test \"answers.csv\""],
    reasons:
      "A picture is brought to the form of the data in use: its size, its channels, its mean and deviation. "
      + "Answers in a file let other programs check the model: a row an image, its label, the class that was chosen "
      + "and a logit for each class; in .npy as 32-bit floats.",
    footprint: { arguments, _ in Footprint(uses: arguments.modelUses.union([.data])) }
  ) { arguments, workspace in
    let word = try arguments.requiredWord(at: 0)
    let entry = try workspace.model(word)
    let data = try workspace.data(for: arguments.verb.range)
    try workspace.requireFit(entry, word, data)
    switch (arguments.text(at: 1), arguments.text(.answers)) {
    case (nil, nil): throw PredictionError.nothingAsked(arguments.verb, model: entry.name)
    case (let path?, nil): return try guess(path, arguments.operands[1].range, entry, data, arguments.verb)
    case (nil, let path?):
      let range = arguments.range(of: .answers) ?? arguments.verb.range
      try workspace.library.inputFiles.requireOther(FilePath(path).expanded, at: range)
      return try answers(path, range, entry, data, arguments.verb)
    case (_?, _?): throw PredictionError.bothAsked(arguments.range(of: .answers) ?? arguments.verb.range)
    }
  }
}

/// The classes that a model thinks likeliest for one picture.
private func guess(
  _ path: String, _ range: SourceRange, _ entry: ModelEntry, _ data: ChosenData, _ verb: Word
) throws -> Plan {
  let shape = data.shape
  let form = data.choice.request.pictureForm(
    channels: shape.channels, height: shape.height, width: shape.width)
  let image: ImageSet
  do throws(DatasetError) {
    image = try pictureImage(path, as: form)
  } catch {
    guard case .badPicture(_, let reason) = error else { throw SessionError.data(error, range) }
    throw PredictionError.unusablePicture(range, path: path, reason: reason)
  }
  let found = Shape(channels: image.channels, height: image.height, width: image.width)
  guard found == shape else {
    throw PredictionError.pictureDiffers(range, path: path, picture: found, model: shape)
  }
  return Plan { workspace, console in
    if let note = data.note { console.note(note) }
    let model = try workspace.weights(of: entry.name)
    var logits: [Float] = []
    _ = try runningTraining(verb) {
      try evaluate(
        model, on: image, of: data.dataset, cancellation: console.cancellation,
        logits: { logits = Array($0) })
    }
    guard !logits.isEmpty else { return .interrupted }
    let shares = probabilities(logits)
    let best = shares.indices.sorted { shares[$0] == shares[$1] ? $0 < $1 : shares[$0] > shares[$1] }.prefix(
      5)
    let names = data.dataset.classNames
    console.text("\(entry.name) on \(path): \(names[best[0]]), \(percentage(shares[best[0]], 1))")
    console.put(
      .table(
        Table(
          columns: [
            Table.Column("class"), Table.Column("probability", .right), Table.Column("logit", .right),
          ],
          rows: best.map { [.text(names[$0]), .percentage(shares[$0]), .fixed(Double(logits[$0]), 3)] })))
    console.put(.metric(Metric("\(entry.name).class", Double(best[0]))))
    console.put(.metric(Metric("\(entry.name).probability", shares[best[0]], cases: 1)))
    return .done
  }
}

/// Softmax in double precision.
func probabilities(_ logits: [Float]) -> [Double] {
  let most = Double(logits.max() ?? 0)
  let powers = logits.map { exponential(Double($0) - most) }
  let sum = powers.reduce(0, +)
  return powers.map { $0 / sum }
}

/// Writes the answers to all test images.
private func answers(
  _ path: String, _ range: SourceRange, _ entry: ModelEntry, _ data: ChosenData, _ verb: Word
) throws -> Plan {
  guard let format = AnswerFile.Format(path: path) else {
    throw PredictionError.unknownEnding(range, path: path)
  }
  let file = WholeFile(FilePath(path).expanded)
  if let reason = AnswerFile.obstacle(file) {
    throw PredictionError.unwritable(range, path: path, reason: reason)
  }
  return Plan { workspace, console in
    if let note = data.note { console.note(note) }
    if let note = foreignData(entry, data) { console.note(note) }
    let model = try workspace.weights(of: entry.name)
    var logits: [Float] = []
    logits.reserveCapacity(data.dataset.test.count * data.classes)
    let evaluation = try runningTraining(verb) {
      try console.evaluation(of: model, named: entry.name, on: data) { logits.append(contentsOf: $0) }
    }
    guard let evaluation else { return .interrupted }
    let answers = AnswerFile(
      labels: data.dataset.test.labels.map { Int($0) }, choices: evaluation.predictions, logits: logits,
      classNames: data.dataset.classNames)
    do throws(StoreError) {
      try file.write(answers.bytes(format))
    } catch {
      throw SessionError.store(error, range)
    }
    console.text(
      "\(path): \(counted(evaluation.predictions.count, "test image")), each with label, chosen class and "
        + counted(data.classes, "logit"))
    console.metric(
      entry.name, "accuracy", evaluation.accuracy,
      text: "\(entry.name) accuracy \(percentage(evaluation.accuracy))")
    return .done
  }
}
