import Datasets
import Distillation
import Execution
import GraphIR
import Quantization

/// The loss of a step: (1 − Σw)·task + Σ w·distillation, and its gradient at the student's logits.
final class BlendedLoss {
  /// One teacher–student loss with its teacher.
  private struct Term {
    var recipe: DistillationTerm
    var work: Work
    /// Place among the teachers.
    var teacher: Int
  }

  private enum Work {
    case logits(any LogitLoss)
    case features(FeatureTerm)
  }

  /// What of the blend a gradient is wanted of.
  enum Part: Equatable {
    case all, task
    /// One term, by its place in the recipe.
    case term(Int)
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
  private let teachers: [Teacher]
  /// The terms' weights at the step at hand.
  private var weights: [Double]
  /// Each term's own loss for the batch at hand, before its weight.
  private(set) var termLosses: [Double]
  private let classes: Int
  private var scratch: DistillationScratch
  private let gradient: UnsafeMutableBufferPointer<Float>
  /// The task's alone, before its share.
  private let taskGradient: UnsafeMutableBufferPointer<Float>
  /// Each term's mean scale for the batch at hand; 1 where it has the paper's.
  private(set) var termScales: [Double]
  private let epochs: Int

  /// Teachers read the images where the student's plan holds them.
  ///
  /// `data` is what a teacher reads itself where its images are standardised otherwise than the student's; `kept` are
  /// the logits that are kept, by their teachers' names; `features` is what the student's plan captures.
  init(
    _ recipe: TrainingRecipe, teachers models: consuming [String: Model], student: TrainingPlan,
    data: Dataset? = nil, kept: [String: KeptLogits] = [:], features: FeatureWiring
  ) throws {
    var teachers: [Teacher] = []
    var terms: [Term] = []
    for (index, term) in recipe.distillation.enumerated() {
      let place = teachers.firstIndex { $0.name == term.teacher }
      if place == nil {
        // A model that is compiled is let go at once.
        guard let model = models.removeValue(forKey: term.teacher) else {
          throw TrainingError.unsupported("distillation from \(term.teacher), which was not given")
        }
        try requireFit(model.graph, student: student.graph, sharesImages: data == nil)
        teachers.append(
          try Teacher(
            term.teacher, consume model, student: student, data: data, kept: kept[term.teacher],
            features: features.heads(ofTeacher: term.teacher, recipe), precision: recipe.precision))
      }
      let teacher = place ?? teachers.count - 1
      let work: Work =
        switch term.loss.rule {
        case .logits(let loss): .logits(loss)
        case .feature(let loss):
          .features(
            try FeatureTerm(loss, features.terms[index], student: student, teacher: teachers[teacher]))
        }
      terms.append(Term(recipe: term, work: work, teacher: teacher))
    }
    self.terms = terms
    self.teachers = teachers
    weights = Array(repeating: 0, count: terms.count)
    termLosses = Array(repeating: 0, count: terms.count)
    termScales = Array(repeating: 1, count: terms.count)
    epochs = recipe.epochs
    classes = student.graph.classes
    scratch = DistillationScratch(classes: classes)
    gradient = .allocate(capacity: student.batch * classes)
    gradient.initialize(repeating: 0)
    taskGradient = .allocate(capacity: student.batch * classes)
    taskGradient.initialize(repeating: 0)
  }

  deinit {
    gradient.deallocate()
    taskGradient.deallocate()
  }

  /// Whether a teacher ran for the last batch.
  var ranTeacher: Bool { teachers.contains(where: \.hasRun) }

  var teacherReports: [TeacherLogitsReport] { teachers.map(\.report) }

  /// Computes the logits that an epoch left unknown; overwrites the student's images, and `labels`.
  func completeLogits(on data: Dataset, labels: UnsafeMutableBufferPointer<Int32>) throws {
    for teacher in teachers { try teacher.complete(on: data, labels: labels) }
  }

  /// Lets the teachers look at the images that the student's plan holds, before its forward pass.
  ///
  /// `images` are their numbers in the data set, `augmentation` how they are moved.
  func teach(_ images: ArraySlice<Int>, _ augmentation: Augmentation? = nil) throws {
    for teacher in teachers { try teacher.teach(images, augmentation) }
  }

  /// Writes the gradients that `plan.backward` starts from.
  ///
  /// `progress` is the place of the step in the run, up to 1, on which weights may depend; nil is for full weights,
  /// which a short run may not come to. The value is of the whole blend, the gradients are of the `part` of it.
  func evaluate(
    _ plan: TrainingPlan, labels: UnsafeBufferPointer<Int32>, progress: Double?, part: Part = .all
  ) throws -> Value {
    let target = plan.logitsGradient
    let task = crossEntropy(logits: plan.logits, labels: labels, classes: classes, gradient: target)
    var value = Value(
      total: task, task: task, distillation: 0, correct: countCorrect(plan.logits, labels, classes: classes))
    guard !terms.isEmpty else { return value }
    var sum = 0.0
    for index in terms.indices {
      let recipe = terms[index].recipe
      weights[index] = progress.map { recipe.weight(at: $0, epochs: epochs) } ?? recipe.weight
      sum += weights[index]
      if case .features(let features) = terms[index].work { features.clearGradients() }
    }
    _ = taskGradient.update(fromContentsOf: target)
    let share = part == .all || part == .task ? Float(1 - sum) : 0
    for index in target.indices { target[index] *= share }
    value.total = (1 - sum) * task
    for index in terms.indices {
      let counts = part == .all || part == .term(index)
      let (loss, scale) = try add(terms[index], weight: counts ? weights[index] : 0, plan, labels)
      termLosses[index] = loss
      termScales[index] = scale
      value.total += weights[index] * loss
      value.distillation += weights[index] * loss
    }
    if sum > 0 { value.distillation /= sum }
    return value
  }

  /// Σw of the terms at full size.
  var fullWeight: Double { terms.reduce(0) { $0 + $1.recipe.weight } }

  /// What a term added to the last blend.
  func blendedTermLoss(_ index: Int) -> Double { weights[index] * termLosses[index] }

  /// A term's own loss and mean scale; adds `weight` times its gradient.
  private func add(
    _ term: Term, weight: Double, _ plan: TrainingPlan, _ labels: UnsafeBufferPointer<Int32>
  ) throws -> (loss: Double, scale: Double) {
    switch term.work {
    case .features(let features): return (try features.evaluate(weight: weight), 1)
    case .logits(let loss):
      let result = evaluate(loss, term, plan, labels)
      let target = plan.logitsGradient
      let factor = Float(weight)
      for index in target.indices { target[index] += factor * gradient[index] }
      return result
    }
  }

  /// Writes a loss's gradient, at its scale.
  private func evaluate(
    _ loss: any LogitLoss, _ term: Term, _ plan: TrainingPlan, _ labels: UnsafeBufferPointer<Int32>
  ) -> (loss: Double, scale: Double) {
    let teacher = teachers[term.teacher].logits
    switch term.recipe.scale ?? .paper {
    case .paper:
      let parts = loss.evaluate(
        student: plan.logits, teacher: teacher, labels: labels, classes: classes, scratch: &scratch,
        gradient: gradient)
      return (parts.total, 1)
    case .balanced:
      return loss.evaluateBalanced(
        student: plan.logits, teacher: teacher, labels: labels, classes: classes,
        task: UnsafeBufferPointer(taskGradient), scratch: &scratch, gradient: gradient)
    }
  }
}

private func requireFit(_ teacher: Graph, student: Graph, sharesImages: Bool) throws(TrainingError) {
  guard teacher.classes == student.classes else {
    throw .classesDiffer(model: teacher.classes, data: student.classes)
  }
  let (own, other) = (teacher.inputShape, student.inputShape)
  guard own == other || !sharesImages && (own.takes(other) || other.takes(own)) else {
    throw .inputDiffers(model: teacher.inputShape, data: student.inputShape)
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
  consuming func runnable() throws -> Model {
    switch kind {
    case .float, .fakeQuantized: try foldBatchNorm(consume self)
    case .integer, .dynamic: self
    }
  }
}
