import Datasets
import GraphIR
import Quantization
import Training

/// Walks the flowchart: each gate is measured, and decides where the next step goes.
///
/// Every model is measured as integers where it has them, on the images of the trials. Nil results mean cancelled.
struct Adviser {
  let model: Model
  let entry: ModelEntry
  let recipe: PostTrainingRecipe
  /// What models are measured on.
  let data: ChosenData
  /// What may be calibrated and trained on.
  let calibration: Dataset
  let cells: AdviceCells
  let trials: QuantizationTrials
  let epochs: Int
  let console: Console
  var path: AdvicePath

  /// What comes of a gate.
  enum Ending { case met, goOn, stopped }

  /// The whole way, up to the first gate that meets the target.
  mutating func walk() throws -> Ending {
    let steps: [(inout Adviser) throws -> Ending] = [
      { try $0.plain() }, { try $0.repairs() }, { try $0.mixed() }, { try $0.training() },
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
    let cell = cells.ptq(recipe)
    return try gate(key, name, cell: cell) { adviser in
      let quantized = try quantizeAfterTraining(
        adviser.model, on: adviser.calibration, recipe: recipe, cancellation: adviser.console.cancellation
      ) { adviser.tell($0, name) }
      return try quantized.flatMap(adviser.integerFigures)
    }
  }

  /// Measures one gate and enters it.
  mutating func gate(
    _ key: String, _ name: String, cell: String?, _ measure: (Adviser) throws -> TrialFigures?
  ) throws -> Ending {
    console.progress { Progress(activity: "advise \(entry.name)", done: 0, total: 1, stage: name) }
    let watch = Stopwatch()
    guard let figures = try measure(self), !console.cancellation.isCancelled else { return .stopped }
    let isMet = cell != nil && path.isMet(figures)
    let decision = cell == nil ? "" : isMet ? "within the target: done" : "too much lost: go on"
    path.gates.append(
      AdviceGate(
        key: key, name: name, figures: figures, seconds: watch.seconds, decision: decision, cell: cell))
    console.note("\(name): \(fixed(100 * path.loss(figures), 2)) points lost")
    return isMet ? .met : .goOn
  }

  func integerFigures(_ quantized: Model) throws -> TrialFigures? {
    try trials.figures(of: Training.convert(quantized), cancellation: console.cancellation)
  }

  private func tell(_ event: PostTrainingEvent, _ name: String) {
    guard case .progress(let stage, let done, let total) = event else { return }
    console.progress {
      Progress(
        activity: "advise \(entry.name)", done: done, total: total, stage: "\(name): \(stage.rawValue)")
    }
  }
}
