import Datasets
import Distillation
import Execution
import GraphIR
import Quantization

/// The loss of a step: (1 − Σw)·task + Σ w·distillation, and its gradient at the student's logits.
final class BlendedLoss {
  /// One teacher–student loss with its teacher, compiled.
  private struct Term {
    var loss: LogitLoss
    var weight: Double
    var teacher: InferencePlan
  }

  /// Means over the batch.
  struct Value {
    var total: Double
    var task: Double
    /// Σ w·distillation / Σ w: the distillation losses alone, weighted among themselves.
    var distillation: Double
    var correct: Int
  }

  private let terms: [Term]
  private let teachers: [InferencePlan]
  private let taskWeight: Double
  private let classes: Int
  private var scratch: DistillationScratch
  private let gradient: UnsafeMutableBufferPointer<Float>

  /// Teachers read the images where the student's plan holds them.
  init(_ recipe: TrainingRecipe, teachers models: [String: Model], student: TrainingPlan) throws {
    var plans: [String: InferencePlan] = [:]
    var terms: [Term] = []
    for term in recipe.distillation {
      guard let model = models[term.teacher] else {
        throw TrainingError.unsupported("distillation from \(term.teacher), which was not given")
      }
      guard model.graph.classes == student.graph.classes else {
        throw TrainingError.classesDiffer(model: model.graph.classes, data: student.graph.classes)
      }
      guard model.graph.inputShape == student.graph.inputShape else {
        throw TrainingError.inputDiffers(
          model: model.graph.inputShape, data: student.graph.inputShape)
      }
      let plan =
        try plans[term.teacher]
        ?? InferencePlan(model.runnable(), batch: student.batch, sharedInput: student.input)
      plans[term.teacher] = plan
      terms.append(Term(loss: term.loss, weight: term.weight, teacher: plan))
    }
    self.terms = terms
    teachers = plans.sorted { $0.key < $1.key }.map(\.value)
    taskWeight = 1 - recipe.distillation.reduce(0) { $0 + $1.weight }
    classes = student.graph.classes
    scratch = DistillationScratch(classes: classes)
    gradient = .allocate(capacity: student.batch * classes)
    gradient.initialize(repeating: 0)
  }

  deinit { gradient.deallocate() }

  /// Writes the gradient that `plan.backward` starts from; runs the teachers on the plan's images.
  func evaluate(_ plan: TrainingPlan, labels: UnsafeBufferPointer<Int32>) throws -> Value {
    for teacher in teachers { try teacher.run() }
    let target = plan.logitsGradient
    let task = crossEntropy(logits: plan.logits, labels: labels, classes: classes, gradient: target)
    var value = Value(
      total: task, task: task, distillation: 0, correct: countCorrect(plan.logits, labels, classes: classes))
    guard !terms.isEmpty else { return value }
    let share = Float(taskWeight)
    for index in target.indices { target[index] *= share }
    value.total = taskWeight * task
    var weights = 0.0
    for term in terms {
      let parts = term.loss.evaluate(
        student: plan.logits, teacher: term.teacher.logits, labels: labels, classes: classes,
        scratch: &scratch, gradient: gradient)
      let weight = Float(term.weight)
      for index in target.indices { target[index] += weight * gradient[index] }
      value.total += term.weight * parts.total
      value.distillation += term.weight * parts.total
      weights += term.weight
    }
    if weights > 0 { value.distillation /= weights }
    return value
  }
}

/// Rows of logits whose largest value is at the label; the first of equals counts.
func countCorrect(
  _ logits: UnsafeBufferPointer<Float>, _ labels: UnsafeBufferPointer<Int32>, classes: Int
) -> Int {
  var correct = 0
  for row in labels.indices where chosenClass(logits, row: row, classes: classes) == Int(labels[row]) {
    correct += 1
  }
  return correct
}

func chosenClass(_ logits: UnsafeBufferPointer<Float>, row: Int, classes: Int) -> Int {
  var best = 0
  for candidate in 1..<max(classes, 1) where logits[row * classes + candidate] > logits[row * classes + best]
  {
    best = candidate
  }
  return best
}

extension Model {
  /// The model as an inference plan takes it: batch norm folded, rounded weights fixed.
  func runnable() throws -> Model {
    switch kind {
    case .float, .fakeQuantized: try foldBatchNorm(self)
    case .integer, .dynamic: self
    }
  }
}
