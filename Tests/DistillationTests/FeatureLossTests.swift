import Distillation
import ReferenceNumbers
import Testing

@Suite struct FeatureLossTests {
  static let pairs: [(DistillationLoss, FeatureSizes)] = [
    (DistillationLoss(.attention), FeatureSizes(batch: 3, studentChannels: 2, teacherChannels: 5, plane: 6)),
    (
      DistillationLoss(.attention, ["p": 3]),
      FeatureSizes(batch: 2, studentChannels: 4, teacherChannels: 3, plane: 9)
    ),
    (
      DistillationLoss(.attention, ["p": 1.5]),
      FeatureSizes(batch: 2, studentChannels: 4, teacherChannels: 3, plane: 9)
    ),
    (DistillationLoss(.similarity), FeatureSizes(batch: 5, studentChannels: 3, teacherChannels: 2, plane: 4)),
    (
      DistillationLoss(.similarity, ["p": 3]),
      FeatureSizes(batch: 4, studentChannels: 3, teacherChannels: 3, plane: 4)
    ),
    (DistillationLoss(.fitNet), FeatureSizes(batch: 2, studentChannels: 3, teacherChannels: 3, plane: 11)),
    (DistillationLoss(.fitNet), FeatureSizes(batch: 3, studentChannels: 2, teacherChannels: 5, plane: 7)),
    (
      DistillationLoss(.fitNet, ["scale": 3]),
      FeatureSizes(batch: 2, studentChannels: 6, teacherChannels: 4, plane: 1)
    ),
    (
      DistillationLoss(.activationBoundaries),
      FeatureSizes(batch: 2, studentChannels: 4, teacherChannels: 4, plane: 5)
    ),
    (
      DistillationLoss(.activationBoundaries, ["margin": 0.5, "scale": 10]),
      FeatureSizes(batch: 2, studentChannels: 2, teacherChannels: 2, plane: 9)
    ),
  ]

  @Test(arguments: ["Attention", "FitNet", "Similarity", "ActivationBoundaries"])
  func valueAndGradientAgreeWithTheReference(name: String) throws {
    let cases = try referenceCases("feature_losses.json", fixtures: .module)
      .filter { try $0.string("loss") == name }
    #expect(!cases.isEmpty)
    let loss = try DistillationLoss(name: name)
    for reference in cases {
      let (student, teacher) = (try reference.tensor("student"), try reference.tensor("teacher"))
      let batch = FeatureBatch(
        sizes: FeatureSizes(
          batch: student.shape[0], studentChannels: student.shape[1], teacherChannels: teacher.shape[1],
          plane: student.shape[2] * student.shape[3]), student: student.floats, teacher: teacher.floats,
        regressor: [])
      let result = try batch.evaluate(loss)
      #expect(relativeDistance(result.value, try reference.number("value")) <= 1e-5)
      let expected = try reference.tensor("grad_student").data
      #expect(relativeDistance(result.gradient, expected) <= 1e-5, "\(student.shape)")
    }
  }

  @Test(arguments: pairs)
  func valueAndGradientsAreThoseOfThePlainForm(loss: DistillationLoss, sizes: FeatureSizes) throws {
    let batch = try FeatureBatch.made(loss, sizes)
    let found = try batch.evaluate(loss)
    let plain = PlainFeatureLoss(loss, batch)
    #expect(relativeDistance(found.value, plain.value) <= 1e-5)
    #expect(relativeDistance(found.gradient, plain.gradient(in: \.student)) <= 1e-5, "\(loss)")
    #expect(relativeDistance(found.regressorGradient, plain.gradient(in: \.regressor)) <= 1e-5, "\(loss)")
  }

  @Test(arguments: pairs)
  func aWeightedGradientIsAddedToWhatIsThere(loss: DistillationLoss, sizes: FeatureSizes) throws {
    let batch = try FeatureBatch.made(loss, sizes)
    let plain = try batch.evaluate(loss)
    let weighted = try batch.evaluate(loss, weight: 0.25, into: 1)
    #expect(weighted.value == plain.value)
    #expect(relativeDistance(weighted.gradient.map { $0 - 1 }, plain.gradient.map { $0 / 4 }) < 1e-4)
    #expect(relativeDistance(weighted.regressorGradient, plain.regressorGradient.map { $0 / 4 }) < 1e-4)
  }

  @Test(arguments: pairs)
  func theScaleMultipliesTheLossAndTheGradient(loss: DistillationLoss, sizes: FeatureSizes) throws {
    let (single, tenfold) = (DistillationLoss(loss.entry), DistillationLoss(loss.entry, ["scale": 10]))
    let batch = try FeatureBatch.made(single, sizes)
    let (one, ten) = (try batch.evaluate(single), try batch.evaluate(tenfold))
    #expect(relativeDistance(ten.value, 10 * one.value) < 1e-12)
    #expect(relativeDistance(ten.gradient, one.gradient.map { 10 * $0 }) < 1e-5)
  }

  @Test(arguments: [DistillationLoss(.attention), DistillationLoss(.similarity), DistillationLoss(.fitNet)])
  func equalActivationsPullNowhere(loss: DistillationLoss) throws {
    var batch = try FeatureBatch.made(
      loss, FeatureSizes(batch: 4, studentChannels: 3, teacherChannels: 3, plane: 9))
    batch.teacher = batch.student
    let result = try batch.evaluate(loss)
    #expect(abs(result.value) < 1e-12)
    #expect(result.gradient.allSatisfy { abs($0) < 1e-7 })
  }

  @Test(arguments: pairs)
  func activationsThatAreAllZeroStayFinite(loss: DistillationLoss, sizes: FeatureSizes) throws {
    var batch = try FeatureBatch.made(loss, sizes)
    batch.student = batch.student.map { _ in 0 }
    let result = try batch.evaluate(loss)
    #expect(result.value.isFinite && result.gradient.allSatisfy(\.isFinite))
  }
}

/// Activations of both networks, and a regressor's weights where the loss needs one.
struct FeatureBatch {
  var sizes: FeatureSizes
  var student: [Float]
  var teacher: [Float]
  var regressor: [Float]

  struct Result {
    var value: Double
    var gradient: [Double]
    var regressorGradient: [Double]
  }

  /// Values between -1.5 and 1.5 by a formula.
  static func made(_ loss: DistillationLoss, _ sizes: FeatureSizes) throws -> FeatureBatch {
    let loss = try #require(loss.feature)
    func values(_ count: Int, _ phase: Double) -> [Float] {
      (0..<count).map { index in
        let turns = Double(index) * 0.754_877_666 + phase
        return Float(3 * (turns - turns.rounded(.down)) - 1.5)
      }
    }
    let weights = loss.needsRegressor(sizes) ? sizes.studentChannels * sizes.teacherChannels : 0
    return FeatureBatch(
      sizes: sizes, student: values(sizes.studentCount, 0.137), teacher: values(sizes.teacherCount, 0.615),
      regressor: values(weights, 0.31))
  }

  func evaluate(_ loss: DistillationLoss, weight: Double = 1, into start: Float = 0) throws -> Result {
    let loss = try #require(loss.feature)
    var gradient = [Float](repeating: start, count: student.count)
    var weights = regressor
    var weightsGradient = [Float](repeating: .nan, count: regressor.count)
    let scratch = FeatureScratch(loss, sizes: sizes)
    let value = try gradient.withUnsafeMutableBufferPointer { gradient in
      try weights.withUnsafeMutableBufferPointer { weights in
        try weightsGradient.withUnsafeMutableBufferPointer { change in
          let regressor = weights.isEmpty ? nil : Regressor(weights: weights, gradient: change)
          return try student.withUnsafeBufferPointer { student in
            try teacher.withUnsafeBufferPointer { teacher in
              try loss.evaluate(
                student: student, teacher: teacher, weight: weight, regressor: regressor, scratch: scratch,
                gradient: gradient)
            }
          }
        }
      }
    }
    return Result(
      value: value, gradient: gradient.map { Double($0) },
      regressorGradient: weightsGradient.map { Double($0) })
  }
}
