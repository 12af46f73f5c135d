import Distillation
import Testing

/// Logits and labels of a test, and the calls with pointers around them.
struct LossBatch {
  var student: [Float]
  var teacher: [Float]
  var labels: [Int32]
  var classes: Int

  func evaluate(_ loss: DistillationLoss) throws -> (parts: LossParts, gradient: [Double]) {
    let loss = try #require(loss.logit)
    var gradient = [Float](repeating: .nan, count: student.count)
    var scratch = DistillationScratch(classes: classes)
    let parts = gradient.withUnsafeMutableBufferPointer { gradient in
      student.withUnsafeBufferPointer { student in
        teacher.withUnsafeBufferPointer { teacher in
          labels.withUnsafeBufferPointer { labels in
            loss.evaluate(
              student: student, teacher: teacher, labels: labels, classes: classes, scratch: &scratch,
              gradient: gradient)
          }
        }
      }
    }
    return (parts, gradient.map { Double($0) })
  }

  func crossEntropyOfStudent() -> (value: Double, gradient: [Double]) {
    var gradient = [Float](repeating: .nan, count: student.count)
    let value = gradient.withUnsafeMutableBufferPointer { gradient in
      student.withUnsafeBufferPointer { student in
        labels.withUnsafeBufferPointer { labels in
          crossEntropy(logits: student, labels: labels, classes: classes, gradient: gradient)
        }
      }
    }
    return (value, gradient.map { Double($0) })
  }

  /// Central differences of a value in each of the student's logits.
  func differences(_ value: (LossBatch) throws -> Double) rethrows -> [Double] {
    let step: Float = 0x1p-7
    return try student.indices.map { index in
      var above = self
      var below = self
      above.student[index] += step
      below.student[index] -= step
      return (try value(above) - value(below)) / Double(above.student[index] - below.student[index])
    }
  }

  /// Logits between −3 and 3 from a formula, so that they are the same everywhere.
  static func made(batch: Int, classes: Int, shift: Double = 0) -> LossBatch {
    func logits(_ phase: Double) -> [Float] {
      (0..<batch * classes).map { index in
        let turns = Double(index) * 0.754_877_666 + phase
        return Float(6 * (turns - turns.rounded(.down)) - 3 + shift)
      }
    }
    return LossBatch(
      student: logits(0.1), teacher: logits(0.6), labels: (0..<batch).map { Int32($0 * 7 % classes) },
      classes: classes)
  }
}
