import Distillation
import Execution
import GraphIR
import Quantization
import Text
import Training

/// What made one model, as statements of Python; with what has no twin there.
struct PyTorchSteps {
  private(set) var lines: [String] = []
  private(set) var gaps: [String] = []

  /// Training, in floats or with fake quantization.
  ///
  /// `data` is the variable of the images, `graph` the float network, `teachers` are variables by names.
  mutating func train(
    _ variable: String, _ recipe: TrainingRecipe, data: String, graph: Graph, teachers: [String: String],
    isPrepared: Bool
  ) {
    if let quantization = recipe.quantization, !isPrepared {
      let grids = PyTorchGrids(policy: quantization.policy, graph: graph)
      lines += grids.lines("mapping")
      lines.append(
        "\(variable) = prepare_qat_fx(\(variable).train(), mapping, (data_example(\(data)),))")
      gaps += grids.gaps
    }
    lines += ["train(", "    \(variable), \(data), " + settings(recipe).joined(separator: ", ") + ","]
    let terms = recipe.distillation.compactMap { term($0, teachers) }
    if !terms.isEmpty { lines += ["    terms=["] + terms.flatMap { $0 } + ["    ],"] }
    let tempos = recipe.tempos(of: graph)
    if !tempos.frozen.isEmpty {
      lines.append("    frozen=[\(tempos.frozen.sorted().map(python).joined(separator: ", "))],")
    }
    if let head = tempos.head, let rate = recipe.headLearningRate {
      lines.append("    head=\(python(head)), head_lr=\(python(rate)),")
    }
    if let quantization = recipe.quantization {
      lines.append(
        "    freeze_batchnorm=\(python(quantization.batchNormFreeze)), "
          + "freeze_observers=\(python(quantization.observerFreeze)),")
    }
    lines.append(")")
    gaps += self.gaps(of: recipe)
  }

  private func settings(_ recipe: TrainingRecipe) -> [String] {
    [
      "epochs=\(recipe.epochs)", "batch=\(recipe.batchSize)", "lr=\(python(recipe.learningRate))",
      "schedule=\(python(recipe.schedule.rawValue))", "optimizer=\(python(recipe.optimizer.rawValue))",
      "decay=\(python(recipe.weightDecay))", "momentum=\(python(recipe.momentum))", "seed=\(recipe.seed)",
    ] + (recipe.precision == .float32 ? [] : ["bf16=True"])
  }

  /// Nil, with a gap, for a loss of layers.
  private mutating func term(_ term: DistillationTerm, _ teachers: [String: String]) -> [String]? {
    guard let loss = loss(term.loss), let teacher = teachers[term.teacher] else {
      gaps.append(
        "the loss \(term.loss.name) of layers, with weight \(plain(term.weight)): it is left out here, so that the task has its share"
      )
      return nil
    }
    let ramp = term.ramp.map { "(\(python($0.shape.rawValue)), \(python($0.share)))" } ?? "None"
    return [
      "        dict(",
      "            teacher=\(teacher), weight=\(python(term.weight)), ramp=\(ramp), "
        + "balanced=\(python(term.scale == .balanced)),",
      "            loss=\(loss)),",
    ]
  }

  private func loss(_ loss: DistillationLoss) -> String? {
    let functions = [
      "SoftTarget": "soft_target", "DecoupledKD": "decoupled_kd", "NKD": "nkd", "Logits": "logits_kd",
      "Mutual": "mutual",
    ]
    guard loss.logit != nil, let function = functions[loss.name] else { return nil }
    let numbers = loss.numbers.map { ", \($0.label)=\(python($0.value))" }.joined()
    return "lambda s, t, y: \(function)(s, t, y\(numbers))"
  }

  private func gaps(of recipe: TrainingRecipe) -> [String] {
    var gaps: [String] = []
    if recipe.selection != nil { gaps.append("the choice of the best epoch: here the last one counts") }
    guard let quantization = recipe.quantization else { return gaps }
    if let ladder = quantization.ladder {
      gaps.append("the ladder of widths \(ladder.widths): here all steps are at the last of them")
    }
    if quantization.calibration != nil {
      gaps.append("ranges that start from calibration: here they start from the first batch")
    }
    gaps.append(
      "logits that stay in float: FX graph mode rounds the last layer's output too")
    return gaps
  }

  /// Post-training quantization, from a float model's copy to integers.
  mutating func quantize(_ variable: String, _ recipe: PostTrainingRecipe, data: String, graph: Graph) {
    let grids = PyTorchGrids(policy: recipe.policy, graph: graph, observer: recipe.observer)
    lines += grids.lines("mapping")
    lines += [
      "\(variable) = prepare_fx(\(variable).eval(), mapping, (data_example(\(data)),))",
      "calibrate(\(variable), \(data), count=\(recipe.batches), size=\(recipe.batchSize), seed=\(recipe.seed))",
      "\(variable) = convert_fx(\(variable))",
    ]
    gaps += grids.gaps
    let repairs: [(Bool, String)] = [
      (recipe.equalizes, "cross-layer equalization (equalize)"),
      (recipe.reestimatesBatchNorm, "batch-norm statistics measured anew (batchnorm)"),
      (recipe.rounding != nil, "rounding that is learned (adaround)"),
      (recipe.correctsBias, "bias correction (bias-correction)"),
    ]
    gaps += repairs.filter(\.0).map { $0.1 + ": it is left out here" }
  }

  mutating func convert(_ variable: String, from source: String) {
    lines.append("\(variable) = convert_fx(copy.deepcopy(\(source)).eval())")
  }

  mutating func quantizeDynamically(_ variable: String, from source: String) {
    lines.append(
      "\(variable) = torch.ao.quantization.quantize_dynamic(copy.deepcopy(\(source)), {nn.Linear}, dtype=torch.qint8)"
    )
  }

  mutating func add(_ line: String) { lines.append(line) }
  mutating func add(gap: String) { gaps.append(gap) }
}
