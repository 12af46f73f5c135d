import Datasets
import Distillation
import Execution
import GraphIR
import Quantization

/// The loss of a step: (1 − Σw)·task + Σ w·distillation, and its gradient at the student's logits.
final class BlendedLoss {
  /// One teacher–student loss with its teacher.
  private struct Term {
    var loss: LogitLoss
    var weight: Double
    /// Place among the teachers.
    var teacher: Int
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
  private let taskWeight: Double
  private let classes: Int
  private var scratch: DistillationScratch
  private let gradient: UnsafeMutableBufferPointer<Float>

  /// Teachers read the images where the student's plan holds them.
  ///
  /// `kept` are the logits that are kept, by their teachers' names.
  init(
    _ recipe: TrainingRecipe, teachers models: consuming [String: Model], student: TrainingPlan,
    kept: [String: KeptLogits] = [:]
  ) throws {
    var teachers: [Teacher] = []
    var terms: [Term] = []
    for term in recipe.distillation {
      let place = teachers.firstIndex { $0.name == term.teacher }
      if place == nil {
        // A model that is compiled is let go at once.
        guard let model = models.removeValue(forKey: term.teacher) else {
          throw TrainingError.unsupported("distillation from \(term.teacher), which was not given")
        }
        try requireFit(model.graph, student: student.graph)
        teachers.append(
          try Teacher(term.teacher, consume model, student: student, kept: kept[term.teacher]))
      }
      terms.append(Term(loss: term.loss, weight: term.weight, teacher: place ?? teachers.count - 1))
    }
    self.terms = terms
    self.teachers = teachers
    taskWeight = 1 - recipe.distillation.reduce(0) { $0 + $1.weight }
    classes = student.graph.classes
    scratch = DistillationScratch(classes: classes)
    gradient = .allocate(capacity: student.batch * classes)
    gradient.initialize(repeating: 0)
  }

  deinit { gradient.deallocate() }

  /// Whether a teacher ran for the last batch.
  var ranTeacher: Bool { teachers.contains(where: \.hasRun) }

  var teacherReports: [TeacherLogitsReport] { teachers.map(\.report) }

  /// Computes the logits that an epoch left unknown; overwrites the student's images, and `labels`.
  func completeLogits(on data: Dataset, labels: UnsafeMutableBufferPointer<Int32>) throws {
    for teacher in teachers { try teacher.complete(on: data, labels: labels) }
  }

  /// Lets the teachers look at the images that the student's plan holds, before its forward pass.
  ///
  /// `images` are their numbers in the data set.
  func teach(_ images: ArraySlice<Int>) throws {
    for teacher in teachers { try teacher.teach(images) }
  }

  /// Writes the gradient that `plan.backward` starts from.
  func evaluate(_ plan: TrainingPlan, labels: UnsafeBufferPointer<Int32>) -> Value {
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
        student: plan.logits, teacher: teachers[term.teacher].logits, labels: labels, classes: classes,
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

private func requireFit(_ teacher: Graph, student: Graph) throws(TrainingError) {
  guard teacher.classes == student.classes else {
    throw .classesDiffer(model: teacher.classes, data: student.classes)
  }
  guard teacher.inputShape == student.inputShape else {
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
