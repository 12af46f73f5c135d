import Datasets
import GraphIR
import Quantization
import Text
import Training

/// Walks the flowchart: each gate is measured, and decides where the next step goes.
///
/// Every model is measured as integers where it has them, on the images of the trials. Nil results mean cancelled.
struct Adviser {
  let model: Model
  let entry: ModelEntry
  let recipe: PostTrainingRecipe
  /// How QAT is tried, but for its teachers.
  let training: TrainingRecipe
  /// What may be calibrated and trained on.
  let data: Dataset
  let cells: AdviceCells
  let trials: QuantizationTrials
  /// Larger models that might teach.
  let teachers: [String]
  let workspace: Workspace
  let console: Console
  var path: AdvicePath

  /// What comes of a gate.
  enum Ending { case met, goOn, stopped }

  /// The whole way, up to the first gate that meets the target.
  mutating func walk() throws -> Ending {
    let steps: [(inout Adviser) throws -> Ending] = [
      { try $0.plain() }, { try $0.repairs() }, { try $0.mixed() }, { try $0.trainings() },
    ]
    for step in steps {
      let ending = try step(&self)
      guard ending == .goOn else { return ending }
    }
    return .goOn
  }

  private mutating func plain() throws -> Ending {
    let grids = recipe.policy.perChannelWeights == false ? "per-tensor" : "per-channel"
    return try quantized(recipe, key: "ptq", name: "PTQ, \(grids), \(recipe.observer.name)")
  }

  /// Post-training quantization with a recipe, as a gate.
  mutating func quantized(_ recipe: PostTrainingRecipe, key: String, name: String) throws -> Ending {
    try gate(key, name, cell: cells.ptq(recipe), recipe: recipe) { adviser in
      try adviser.integerModel(recipe) { adviser.tell($0, name) }.flatMap(adviser.measured)
    }
  }

  /// A model with its figures; without the model where it only tells where a loss comes from.
  typealias Measured = (figures: TrialFigures, model: Model?)

  /// Measures one gate and enters it.
  mutating func gate(
    _ key: String, _ name: String, cell: String?, recipe: PostTrainingRecipe? = nil,
    _ measure: (Adviser) throws -> Measured?
  ) throws -> Ending {
    console.progress { Progress(activity: "advise \(entry.name)", done: 0, total: 1, stage: name) }
    let watch = Stopwatch()
    guard let measured = try measure(self), !console.cancellation.isCancelled else { return .stopped }
    let difference = path.difference(measured.figures)
    let verdict = path.verdict(measured.figures)
    path.add(
      AdviceGate(
        key: key, name: name, figures: measured.figures, difference: difference, seconds: watch.seconds,
        decision: cell == nil ? "" : verdict.decision, cell: cell, model: measured.model, recipe: recipe))
    var words = "\(name): \(difference.words)"
    if cell != nil, case .open(let needed) = verdict {
      words += "; " + difference.openWords(needed, target: path.target)
    }
    console.note(words)
    return cell != nil && verdict == .within ? .met : .goOn
  }

  /// The integer model of a recipe, by default from what may be calibrated on; nil where it was cancelled.
  func integerModel(
    _ recipe: PostTrainingRecipe, on images: Dataset? = nil, report: (PostTrainingEvent) -> Void = { _ in }
  ) throws -> Model? {
    let quantized = try quantizeAfterTraining(
      model, on: images ?? data, recipe: recipe, cancellation: console.cancellation, report: report)
    return try quantized.map(Training.convert)
  }

  func measured(_ integer: Model) throws -> Measured? {
    try trials.figures(of: integer, cancellation: console.cancellation).map { ($0, integer) }
  }

  private func tell(_ event: PostTrainingEvent, _ name: String) {
    guard case .progress(let stage, let done, let total) = event else { return }
    console.progress {
      Progress(
        activity: "advise \(entry.name)", done: done, total: total, stage: "\(name): \(stage.rawValue)")
    }
  }
}

extension AdviceVerdict {
  fileprivate var decision: String {
    switch self {
    case .within: "within the target: done"
    case .tooMuch: "too much lost: go on"
    case .open: "cannot be told: go on"
    }
  }
}
