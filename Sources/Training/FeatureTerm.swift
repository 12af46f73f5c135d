import Distillation
import Execution
import GraphIR

/// A feature loss at work on the activations that the student's and a teacher's plan hold.
struct FeatureTerm {
  private struct Pair {
    var student: CapturedActivations
    var teacher: UnsafeBufferPointer<Float>
    var regressor: Regressor?
    var scratch: FeatureScratch
  }

  private let loss: any FeatureLoss
  private let pairs: [Pair]

  init(
    _ loss: any FeatureLoss, _ wiring: [FeatureWiring.Pair], student: TrainingPlan, teacher: Teacher
  ) throws {
    self.loss = loss
    pairs = try wiring.map { pair in
      guard let own = student.captured(pair.student), let other = teacher.activations(of: pair.teacher) else {
        throw TrainingError.unsupported("a loss of layers that were not captured")
      }
      let regressor = pair.regressor.flatMap(student.trained).map {
        Regressor(weights: $0.values, gradient: $0.gradient)
      }
      return Pair(
        student: own, teacher: other, regressor: regressor,
        scratch: FeatureScratch(loss, sizes: pair.sizes))
    }
  }

  /// The sum over the layers; adds `weight` times its gradient to those of the captured activations.
  func evaluate(weight: Double) throws -> Double {
    var sum = 0.0
    for pair in pairs {
      sum += try loss.evaluate(
        student: pair.student.values, teacher: pair.teacher, weight: weight, regressor: pair.regressor,
        scratch: pair.scratch, gradient: pair.student.gradient)
    }
    return sum
  }

  func clearGradients() { for pair in pairs { pair.student.gradient.update(repeating: 0) } }
}
