import Datasets
import GraphIR
import Language
import Text
import Training

/// A model that is made of another one by computing alone, and what its command says of it: what `ptq`, `dynamic`,
/// `rescale` and `convert` have in common.
struct MakeModel<Measured> {
  var source: ModelEntry
  var result: String
  var kind: Model.Kind
  var data: ChosenData
  var verb: Word
  /// Said before it begins.
  var notes: [String] = []
  var findings: [Finding] = []
  /// Computes the model and measures it; nil where it was cancelled.
  var compute: (Model, Console) throws -> (model: Model, measured: Measured)?
  /// Writes down what was measured, and how the model was made.
  var describe: (Measured, inout ModelEntry) -> Void
  /// Gets the session with the model in it.
  var report: (Measured, ModelEntry, Workspace, Console) throws -> Void

  var plan: Plan {
    Plan(
      changes: [data.use], makes: ModelEntry(name: result, kind: kind, graph: source.graph)
    ) { workspace, console in
      if let note = data.note { console.note(note) }
      for note in notes { console.note(note) }
      console.put(findings)
      if let note = foreignData(source, data) { console.note(note) }
      let model = try workspace.weights(of: source.name)
      let made = try runningTraining(verb) { try compute(model, console) }
      guard let (model, measured) = made, !console.cancellation.isCancelled else {
        console.note("stopped; nothing was kept")
        return .interrupted
      }
      var entry = ModelEntry(name: result, kind: model.kind, graph: model.graph)
      entry.details = [.data: data.choice.text, .start: source.name]
      describe(measured, &entry)
      entry.note(data, workspace.library)
      let saved = try workspace.save(Workspace.NewModel(entry: entry, parameters: model.parameters))
      try report(measured, saved, workspace, console)
      return .done
    }
  }
}

extension Workspace {
  /// The model that a word names, with the name that what is made of it has and the data in use, which it fits.
  func input(
    _ place: Word, kinds: [Model.Kind], suffix: String, _ arguments: Arguments
  ) throws -> (source: ModelEntry, result: String, data: ChosenData) {
    let source = try model(place, kinds: kinds)
    let result = try resultName(of: arguments, source: source.name, suffix: suffix)
    let data = try self.data(for: arguments.verb.range)
    try requireFit(source, place, data)
    return (source, result, data)
  }
}

/// The name before `=`, or the source's with a suffix; never the source's own.
private func resultName(of arguments: Arguments, source: String, suffix: String) throws(StatementError)
  -> String
{
  guard let target = arguments.target else { return resultStem(source) + suffix }
  try requireModelName(target)
  guard target.text != source else {
    throw .replacesSource(target, example: "\(source)\(suffix) = \(arguments.verb.text) \(source)")
  }
  return target.text
}

/// What a model is called after that is made of another one: of a version, whose number is no part of a name, "teacher-2".
func resultStem(_ source: String) -> String { source.replacing("@", with: "-") }

/// What a command uses and makes that turns the model which it names into another one.
func makingFootprint(
  _ kind: Model.Kind, suffix: String, from source: String?, _ arguments: Arguments,
  also uses: Set<SessionName> = []
) -> Footprint {
  .making(
    kind, arguments.target?.text ?? source.map { resultStem($0) + suffix }, from: source, also: uses)
}

extension Console {
  /// Says what a model came to beside the one that it was made from, what of that is within chance, and the sizes of both
  /// where they are known.
  func compare(
    _ result: ModelEntry, _ evidence: RunEvidence, with source: String, floatBytes: Double?,
    sourceWords: String
  ) {
    let difference = evidence.difference ?? PairedDifference(images: 0, lost: 0, gained: 0)
    text(
      "\(result.name) accuracy \(percentage(evidence.accuracy)) on "
        + "\(counted(evidence.labels.count, "test image")); \(sourceWords) "
        + "\(percentage(evidence.startAccuracy ?? 0)): \(difference.changeWords)")
    if let bytes = result.byteCount.map(Double.init), let floatBytes {
      text(
        "\(result.name) takes \(byteCount(bytes)), \(fixed(bytes / floatBytes, 3)) of \(source)'s "
          + byteCount(floatBytes))
    }
  }
}
