import Distillation
import Foundation
import ReferenceNumbers
import Testing

@Suite struct LogitLossTests {
  @Test(arguments: ["SoftTarget", "DecoupledKD", "NKD", "Logits", "Mutual"])
  func valueAndGradientAgreeWithTheReference(name: String) throws {
    let cases = try referenceCases("distillation_losses.json", fixtures: .module)
      .filter { try $0.string("loss") == name }
    #expect(!cases.isEmpty)
    for reference in cases {
      let arguments = try reference.numbersByName("params")
      let loss = try DistillationLoss(name: name, arguments: arguments.mapValues { .number($0) })
      let student = try reference.tensor("student")
      let batch = LossBatch(
        student: student.floats, teacher: try reference.tensor("teacher").floats,
        labels: try reference.tensor("target").int32s, classes: student.shape[1])
      let (parts, gradient) = try batch.evaluate(loss)
      #expect(relativeDistance(parts.total, try reference.number("value")) <= 1e-5, "\(loss)")
      let expected = try reference.tensor("grad_student").data
      #expect(relativeDistance(gradient, expected) <= 1e-5, "\(loss) with \(student.shape)")
    }
  }

  @Test(arguments: variedLosses, [2, 3, 10])
  func gradientAgreesWithFiniteDifferences(loss: DistillationLoss, classes: Int) throws {
    let batch = LossBatch.made(batch: 4, classes: classes)
    let expected = try batch.differences { try $0.evaluate(loss).parts.total }
    #expect(relativeDistance(try batch.evaluate(loss).gradient, expected) <= 1e-4)
  }

  @Test func crossEntropyAgreesWithHandArithmeticAndFiniteDifferences() {
    let even = LossBatch(student: [0, 0, 0, 0], teacher: [], labels: [1], classes: 4)
    #expect(abs(even.crossEntropyOfStudent().value - 1.386_294_361_119_890_6) < 1e-12)
    #expect(even.crossEntropyOfStudent().gradient == [0.25, -0.75, 0.25, 0.25])
    let batch = LossBatch.made(batch: 5, classes: 7)
    let expected = batch.differences { $0.crossEntropyOfStudent().value }
    #expect(relativeDistance(batch.crossEntropyOfStudent().gradient, expected) <= 1e-4)
  }

  @Test(arguments: [2, 10])
  func theDivergenceIsItsTargetPartAndTheOthersScaledByTheRest(classes: Int) throws {
    let batch = LossBatch.made(batch: 6, classes: classes)
    let soft = try batch.evaluate(soft(3)).parts
    let decoupled = try batch.evaluate(DistillationLoss(.decoupledKD, ["T": 3, "beta": 1])).parts
    #expect(abs(soft.target - decoupled.target) < 1e-12)
    #expect(soft.nonTarget <= decoupled.nonTarget)
    #expect(abs(soft.total - klDivergence(batch, temperature: 3) * 9) < 1e-12)
  }

  @Test func withTwoClassesDecoupledKDIsSoftTargetWhateverBeta() throws {
    let batch = LossBatch.made(batch: 6, classes: 2)
    let soft = try batch.evaluate(soft(4))
    for beta in [0.0, 8, 100] {
      let decoupled = try batch.evaluate(DistillationLoss(.decoupledKD, ["T": 4, "beta": beta]))
      #expect(abs(decoupled.parts.total - soft.parts.total) < 1e-12)
      #expect(relativeDistance(decoupled.gradient, soft.gradient) < 1e-6)
    }
    #expect(LossEntry.catalogue.filter { $0.fewClasses?.count == 2 }.map(\.name) == ["DecoupledKD"])
  }

  @Test func mutualIsSoftTargetAtTemperatureOne() throws {
    let batch = LossBatch.made(batch: 3, classes: 5)
    let mutual = try batch.evaluate(DistillationLoss(.mutual))
    let soft = try batch.evaluate(soft(1))
    #expect(mutual.parts == soft.parts)
    #expect(mutual.gradient == soft.gradient)
  }

  @Test(arguments: variedLosses)
  func equalLogitsPullNowhere(loss: DistillationLoss) throws {
    var batch = LossBatch.made(batch: 3, classes: 5)
    batch.teacher = batch.student
    let (parts, gradient) = try batch.evaluate(loss)
    guard loss.name == "NKD" else {
      #expect(abs(parts.total) < 1e-12)
      #expect(gradient.allSatisfy { abs($0) < 1e-7 })
      return
    }
    #expect(parts.total > 0)
  }

  @Test(arguments: variedLosses, [2, 10])
  func hugeLogitsAndCertainNetworksStayFinite(loss: DistillationLoss, classes: Int) throws {
    var batch = LossBatch.made(batch: 4, classes: classes)
    for image in 0..<4 {
      batch.student[image * classes + (image + 1) % classes] = 1e4
      batch.student[image * classes] = -1e4
      batch.teacher[image * classes + Int(batch.labels[image])] = image % 2 == 0 ? 1e4 : 60
    }
    let (parts, gradient) = try batch.evaluate(loss)
    #expect(parts.total.isFinite && parts.total >= 0)
    #expect(gradient.allSatisfy { $0.isFinite })
    let (value, ofValue) = batch.crossEntropyOfStudent()
    #expect(value.isFinite && ofValue.allSatisfy { $0.isFinite })
  }

  @Test(arguments: variedLosses)
  func aCommonShiftOfTheLogitsChangesNothingButLogits(loss: DistillationLoss) throws {
    if loss.name == "Logits" { return }
    let plain = try LossBatch.made(batch: 3, classes: 6).evaluate(loss)
    let shifted = try LossBatch.made(batch: 3, classes: 6, shift: 1024).evaluate(loss)
    #expect(relativeDistance(shifted.parts.total, plain.parts.total) < 1e-3)
  }

  @Test(arguments: variedLosses)
  func aBrokenLogitShowsAsNaN(loss: DistillationLoss) throws {
    var batch = LossBatch.made(batch: 2, classes: 4)
    batch.student[3] = .nan
    #expect(try batch.evaluate(loss).parts.total.isNaN)
    #expect(batch.crossEntropyOfStudent().value.isNaN)
  }

  @Test(arguments: variedLosses)
  func aSingleClassHasNothingToTeach(loss: DistillationLoss) throws {
    let batch = LossBatch(student: [1, 2], teacher: [1, 2], labels: [0, 0], classes: 1)
    #expect(try batch.evaluate(loss).parts.total == 0)
    #expect(try batch.evaluate(loss).gradient == [0, 0])
    #expect(batch.crossEntropyOfStudent().value == 0)
  }
}

let logitLosses = LossEntry.catalogue.filter { !$0.comparesLayers }.map { DistillationLoss($0) }

let variedLosses =
  logitLosses + [
    soft(0.5), DistillationLoss(.decoupledKD, ["T": 1, "alpha": 2, "beta": 0.5]),
    DistillationLoss(.nkd, ["T": 3, "gamma": 3.5]),
  ]

private func soft(_ temperature: Double) -> DistillationLoss {
  DistillationLoss(.softTarget, ["T": temperature])
}

/// The definition, without any rearranging: mean over the batch of Σ p_t·log(p_t / p_s).
private func klDivergence(_ batch: LossBatch, temperature: Double) -> Double {
  func softmax(_ logits: ArraySlice<Float>) -> [Double] {
    let exponentials = logits.map { exp(Double($0) / temperature) }
    return exponentials.map { $0 / exponentials.reduce(0, +) }
  }
  let sums = batch.labels.indices.map { image in
    let row = image * batch.classes..<(image + 1) * batch.classes
    return zip(softmax(batch.teacher[row]), softmax(batch.student[row])).reduce(0) { sum, pair in
      sum + pair.0 * log(pair.0 / pair.1)
    }
  }
  return sums.reduce(0, +) / Double(batch.labels.count)
}
