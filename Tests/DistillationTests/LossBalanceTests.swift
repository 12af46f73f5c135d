import Distillation
import Testing

/// The balanced scale, against norms computed here from the two plain gradients.
@Suite struct LossBalanceTests {
  private static let batch = LossBatch.made(batch: 6, classes: 5)

  private func balanced(
    _ loss: DistillationLoss
  ) throws -> (loss: Double, scale: Double, gradient: [Double]) {
    let loss = try #require(loss.logit)
    let batch = Self.batch
    let task = batch.crossEntropyOfStudent().gradient.map { Float($0) }
    var gradient = [Float](repeating: .nan, count: task.count)
    var scratch = DistillationScratch(classes: batch.classes)
    let result = gradient.withUnsafeMutableBufferPointer { gradient in
      batch.student.withUnsafeBufferPointer { student in
        batch.teacher.withUnsafeBufferPointer { teacher in
          batch.labels.withUnsafeBufferPointer { labels in
            task.withUnsafeBufferPointer { task in
              loss.evaluateBalanced(
                student: student, teacher: teacher, labels: labels, classes: batch.classes, task: task,
                scratch: &scratch, gradient: gradient)
            }
          }
        }
      }
    }
    return (result.loss, result.scale, gradient.map { Double($0) })
  }

  private func norm(_ values: ArraySlice<Double>) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  @Test(arguments: logitLosses)
  func noImageOfTheTeachersExceedsTheTask(_ loss: DistillationLoss) throws {
    let (batch, classes) = (Self.batch, Self.batch.classes)
    let task = batch.crossEntropyOfStudent().gradient
    let plain = try batch.evaluate(loss).gradient
    let found = try balanced(loss)
    var scales = 0.0
    for image in batch.labels.indices {
      let row = image * classes..<(image + 1) * classes
      let scale = min(1, norm(task[row]) / norm(plain[row]))
      scales += scale
      for index in row {
        #expect(abs(found.gradient[index] - scale * plain[index]) <= 1e-6, "\(loss), image \(image)")
      }
      #expect(norm(found.gradient[row]) <= norm(task[row]) * (1 + 1e-5))
    }
    #expect(abs(found.scale - scales / Double(batch.labels.count)) < 1e-5)
  }

  @Test func theWrittenDecoupledKDHasTheNormOfTheTaskForEachImage() throws {
    let task = Self.batch.crossEntropyOfStudent().gradient
    let found = try balanced(DistillationLoss(.decoupledKD))
    for image in Self.batch.labels.indices {
      let row = image * Self.batch.classes..<(image + 1) * Self.batch.classes
      #expect(abs(norm(found.gradient[row]) / norm(task[row]) - 1) < 1e-5)
    }
  }
}
