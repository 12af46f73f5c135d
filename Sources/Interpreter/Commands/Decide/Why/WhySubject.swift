import GraphIR
import Language
import Quantization
import Training

/// A quantized model of the session with the float model that it is held against.
struct WhySubject {
  var entry: ModelEntry
  var reference: ModelEntry
  /// The QAT model whose integers it is; nil of one that ptq made, and of a QAT model itself.
  var source: ModelEntry?
  /// Nil where it is not known.
  var policy: QuantizationPolicy?
  /// How ptq made it; nil where it did not.
  var postTraining: PostTrainingRecipe?
  /// How its QAT model was trained; nil where that is not known.
  var training: TrainingRecipe?
}

extension Workspace {
  /// The model that a question is about, of the newest ones where it names none.
  func whySubject(_ question: WhyQuestion, against: Word?, verb: Word) throws -> WhySubject {
    let entry = try askedAbout(question.model, verb)
    let place = question.model ?? verb
    var subject = WhySubject(entry: entry, reference: try reference(of: entry, against, place))
    if entry.kind == .integer { subject.source = origin(of: entry, kind: .fakeQuantized) }
    subject.postTraining = entry.details[.postTraining].flatMap(PostTrainingRecipe.init(json:))
    let maker = subject.source ?? entry
    subject.policy = (maker.details[.policy] ?? entry.details[.policy]).flatMap(
      QuantizationPolicy.init(json:))
    subject.training = (maker.details[.recipe] ?? entry.details[.sourceRecipe]).flatMap(
      TrainingRecipe.init(json:))
    if subject.policy == nil { subject.policy = subject.training?.quantization?.policy }
    guard entry.kind == .fakeQuantized || subject.source != nil || subject.policy != nil else {
      throw WhyError.unknownGrids(place, name: entry.name)
    }
    return subject
  }

  private func askedAbout(_ word: Word?, _ verb: Word) throws -> ModelEntry {
    guard let word else {
      guard let newest = models(where: { [.fakeQuantized, .integer].contains($0.kind) }).last else {
        throw WhyError.nothingQuantized(verb, float: newest(.float)?.name)
      }
      return newest
    }
    let entry = try model(word)
    if entry.kind == .float {
      throw WhyError.floatModel(word, name: entry.name, quantized: madeFrom(entry)?.name)
    }
    try require(entry, word, kinds: [.fakeQuantized, .integer])
    return entry
  }

  /// The float model that a model is held against: the one that is named, or that it was made from.
  private func reference(of entry: ModelEntry, _ against: Word?, _ place: Word) throws -> ModelEntry {
    if let against { return try model(against, kinds: [.float]) }
    guard let origin = origin(of: entry, kind: .float) else {
      throw WhyError.noFloatModel(place, name: entry.name, others: models { $0.kind == .float }.map(\.name))
    }
    return origin
  }

  /// The quantized model made last from a float model.
  private func madeFrom(_ float: ModelEntry) -> ModelEntry? {
    models { [.fakeQuantized, .integer].contains($0.kind) }.last {
      origin(of: $0, kind: .float)?.name == float.name
    }
  }
}

extension WhySubject {
  /// The models as trials take them; the note says where the integers are not those that their source gives.
  ///
  /// Nil where it was cancelled.
  func models(_ workspace: Workspace, _ data: ChosenData, _ console: Console) throws
    -> (subject: AttributionSubject, note: String?)?
  {
    let float = try workspace.weights(of: reference.name)
    let own = try workspace.weights(of: entry.name)
    guard entry.kind == .integer else {
      return (try AttributionSubject(reference: float, quantized: own), nil)
    }
    if let source {
      let fake = try workspace.weights(of: source.name)
      return (
        try AttributionSubject(reference: float, quantized: fake, integer: own),
        try convertToInteger(fake).parameters == own.parameters
          ? nil : "\(entry.name) is not what convert makes of \(source.name) now"
      )
    }
    guard let twin = try twin(of: own, workspace, data, console) else { return nil }
    return (
      try AttributionSubject(reference: float, quantized: twin, integer: own),
      try convertToInteger(twin).parameters == own.parameters
        ? nil : "the integers of \(entry.name) are not quite those of its fake-quantized form"
    )
  }

  /// The fake-quantized form of an integer model that ptq made: read from its integers, or made again where repairs
  /// changed the weights before they were rounded.
  ///
  /// Nil where it was cancelled.
  private func twin(
    of integer: Model, _ workspace: Workspace, _ data: ChosenData, _ console: Console
  ) throws -> Model? {
    let origin = try workspace.origin(of: entry, kind: .float).map { try workspace.weights(of: $0.name) }
    let source = try origin ?? workspace.weights(of: reference.name)
    let policy = policy ?? QuantizationPolicy()
    let read = try fakeQuantized(of: integer, from: absorbBiases(source), policy: policy)
    guard let recipe = postTraining, recipe.changesWeights,
      try convertToInteger(read).parameters != integer.parameters
    else { return read }
    console.progress {
      Progress(activity: "why \(entry.name)", done: 0, total: 1, stage: "as ptq made it")
    }
    return try quantizeAfterTraining(
      source, on: data.dataset, recipe: recipe, cancellation: console.cancellation
    ) { event in
      guard case .progress(let stage, let done, let total) = event else { return }
      console.progress {
        Progress(activity: "why \(entry.name)", done: done, total: total, stage: stage.rawValue)
      }
    }
  }
}

extension PostTrainingRecipe {
  /// True where the integers are not those nearest to the float model's weights.
  fileprivate var changesWeights: Bool {
    equalizes || reestimatesBatchNorm || rounding != nil || correctsBias
  }
}
