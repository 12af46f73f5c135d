import GraphIR
import Interpreter
import Language
import Quantization
import Testing
import Training

/// Each kind of finding on figures that show it and on figures that don't; no run is needed.
@Suite struct FindingTests {
  /// A hundred images of each of ten classes, of which a model classifies so many right: the first of each class.
  private func evidence(
    right: Int, before: Int? = nil, _ cell: String = "student = qat from teacher lr 0.01 epochs 2",
    recipe: TrainingRecipe? = TrainingRecipe(learningRate: 0.01), rate: Double? = nil
  ) throws -> RunEvidence {
    let labels = (0..<1000).map { $0 % 10 }
    func predictions(_ right: Int) -> [Int] {
      labels.indices.map { $0 < right ? labels[$0] : (labels[$0] + 1) % 10 }
    }
    let statement = try #require(
      parse(cell, vocabulary: Command.vocabulary).statements.first)
    var evidence = RunEvidence(
      name: "student", kind: .fakeQuantized, statement: WrittenStatement(statement, in: cell),
      start: before.map { .init(name: "teacher", predictions: predictions($0), learningRate: rate) },
      labels: labels, predictions: predictions(right), loss: 1,
      classNames: labels[..<10].map { "class \($0)" },
      trainingImages: Array(repeating: 100, count: 10))
    evidence.recipe = recipe
    evidence.steps = 500
    return evidence
  }

  private func ids(_ evidence: RunEvidence) -> [String] { FindingKind.seen(in: evidence).map(\.kind.id) }

  private func sighting(_ id: String, _ evidence: RunEvidence) throws -> Sighting {
    try #require(FindingKind.seen(in: evidence).first { $0.kind.id == id }?.sighting, "\(ids(evidence))")
  }

  @Test func kindsHaveIdsOfTheirOwn() {
    let ids = FindingKind.catalogue.map(\.id)
    #expect(Set(ids).count == ids.count)
    #expect(ids.allSatisfy { $0.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil })
    #expect(FindingKind.catalogue.allSatisfy { !$0.summary.isEmpty })
  }

  @Test(arguments: [
    (740, 90, true), (740, 700, false), (740, 670, true), (740, 800, false), (740, 740, false),
  ])
  func aFallOfFivePointsBeyondChanceIsTold(before: Int, after: Int, isTold: Bool) throws {
    let evidence = try evidence(right: after, before: before, rate: 0.1)
    #expect(ids(evidence) == (isTold ? ["accuracy-fell"] : []))
    guard isTold else { return }
    let sighting = try sighting("accuracy-fell", evidence)
    #expect(abs(sighting.figure.value - Double(after - before) / 10) < 1e-9)
    #expect(sighting.message.contains("74.00 %"))
    #expect(sighting.cells == ["student = qat from teacher lr 0.001 epochs 2"])
  }

  @Test func aRateFarAboveTheUsualIsNamedAsTheCause() throws {
    let evidence = try evidence(right: 90, before: 740, rate: 0.003)
    let sighting = try sighting("accuracy-fell", evidence)
    #expect(sighting.cause.contains("lr 0.01 is large"))
    #expect(sighting.cells == ["student = qat from teacher lr 0.003 epochs 2"])
  }

  @Test func aModelThatWentOnFromItselfIsBroughtBack() throws {
    var evidence = try evidence(right: 90, before: 740, "train student lr 0.01")
    evidence.start?.name = "student"
    #expect(try sighting("accuracy-fell", evidence).cells == ["undo"])
  }

  @Test func aFallWithinTheRunIsToldToo() throws {
    var evidence = try evidence(right: 500, "student = train qatcnn lr 0.01")
    evidence.epochAccuracies = [0.6, 0.74, 0.5]
    let sighting = try sighting("accuracy-fell", evidence)
    #expect(sighting.message.contains("74.00 % after epoch 2 and ends with 50.00 %"))
    #expect(sighting.cells.last == "student = train qatcnn lr 0.01 keep best")
    evidence.epochAccuracies = [0.6, 0.74, 0.7]
    #expect(ids(evidence).isEmpty)
  }

  @Test(arguments: [2, 4, 8])
  func fewBitsAreTheCauseOfAFallWhereTheyAreFew(bits: Int) throws {
    var recipe = TrainingRecipe(learningRate: 0.001, quantization: QuantizationRecipe())
    recipe.quantization?.policy.weightBits = bits
    recipe.quantization?.policy.activationBits = bits
    let cell = "student = qat from teacher bits \(bits)"
    let trained = try evidence(right: 300, before: 740, cell, recipe: recipe, rate: 0.01)
    #expect(ids(trained) == [bits <= 4 ? "low-bits-collapse" : "accuracy-fell"])
    guard bits <= 4 else { return }
    #expect(try sighting("low-bits-collapse", trained).cells.first == cell + " scheme lsq")
    var calibrated = try evidence(right: 300, before: 740, "student = ptq teacher bits \(bits)", recipe: nil)
    calibrated.postTraining = PostTrainingRecipe()
    calibrated.postTraining?.policy.weightBits = bits
    #expect(
      try sighting("low-bits-collapse", calibrated).cells == ["student-qat = qat from teacher bits \(bits)"])
  }

  @Test func oneScaleALayerIsTheCauseWhereItWasChosen() throws {
    var evidence = try evidence(
      right: 504, before: 791, "student = ptq teacher per-tensor observer mse", recipe: nil)
    evidence.postTraining = PostTrainingRecipe()
    #expect(try sighting("accuracy-fell", evidence).cells.first == "advise teacher")
    evidence.postTraining?.policy.perChannelWeights = false
    #expect(try sighting("accuracy-fell", evidence).cells.first == "student = ptq teacher observer mse")
  }

  @Test(arguments: [(100, true), (118, true), (150, false), (760, false)])
  func whatIsNotAboveGuessingLearnedNothing(right: Int, isTold: Bool) throws {
    var evidence = try evidence(right: right, "student = train qatcnn lr 0.01")
    #expect(ids(evidence).contains("no-better-than-guessing") == isTold)
    guard isTold else { return }
    defer {
      (evidence.labels, evidence.predictions) = (
        Array(evidence.labels[..<64]), Array(evidence.predictions[936...])
      )
      #expect(ids(evidence).isEmpty)
    }
    #expect(
      try sighting("no-better-than-guessing", evidence).cells == ["student = train qatcnn lr auto"])
  }

  @Test(arguments: [1e21, 100.0, 23.1, 22.9, 2.3])
  func aHugeFiniteLossIsToldWithItsFigure(loss: Double) throws {
    var evidence = try evidence(right: 100, "student = train qatcnn lr 0.01 batch 16")
    evidence.trainingLoss = loss
    guard loss > 23.026 else {
      #expect(!ids(evidence).contains("loss-exploded"))
      return
    }
    // What follows from it is not told again.
    #expect(ids(evidence) == ["loss-exploded"])
    let sighting = try sighting("loss-exploded", evidence)
    #expect(
      sighting.figure.value == loss && sighting.cells.first == "student = train qatcnn lr 0.001 batch 16")
  }

  @Test func aClassThatIsNeverChosenIsNamed() throws {
    var evidence = try evidence(right: 740)
    evidence.predictions = evidence.predictions.map { $0 == 6 ? 0 : $0 }
    let sighting = try sighting("class-never-predicted", evidence)
    #expect(sighting.message.contains("\"class 6\"") && sighting.message.contains("100 test images"))
    #expect(sighting.cells == ["confusion student"] && sighting.figure.value == 1)
    evidence.trainingImages[6] = 0
    #expect(
      try self.sighting("class-never-predicted", evidence).cause.contains(
        "no training image is of that class"))
    // A start that never chose it either is no news.
    evidence.start = .init(name: "teacher", predictions: evidence.predictions)
    #expect(ids(evidence).isEmpty)
  }

  @Test(arguments: [(15, 16, false), (16, 16, true), (31, 16, true)])
  func halfOfTheChannelsOfAConvolutionMayNotBeDead(silent: Int, channels: Int, isConvolution: Bool) throws {
    var evidence = try evidence(right: 740)
    evidence.layers = [
      LayerActivity(
        layer: "conv1", isConvolution: true, channels: 32, silent: isConvolution ? silent : 15, clipped: nil,
        images: 128),
      LayerActivity(
        layer: "fc1", isConvolution: false, channels: 32, silent: 32, clipped: nil, images: 128),
    ]
    #expect(ids(evidence) == (isConvolution ? ["dead-channels"] : []))
    guard isConvolution else { return }
    #expect(
      try sighting("dead-channels", evidence).message.hasPrefix(
        "\(silent) of the 32 channels of student.conv1 are 0 for all of 128 training images"))
  }

  @Test(arguments: [(0.02, false), (0.099, false), (0.1, true), (0.6, true)])
  func aTenthOfALayersOutputsMayNotBeCutOff(share: Double, isTold: Bool) throws {
    var evidence = try evidence(right: 740, "student = ptq teacher observer percentile", recipe: nil)
    evidence.postTraining = PostTrainingRecipe(observer: .percentile)
    evidence.layers = [
      LayerActivity(
        layer: "conv1", isConvolution: true, channels: 8, silent: 0, clipped: share, images: 128)
    ]
    #expect(ids(evidence) == (isTold ? ["heavy-clipping"] : []))
    guard isTold else { return }
    #expect(
      try sighting("heavy-clipping", evidence).cells.first == "student = ptq teacher observer minmax")
  }
}
