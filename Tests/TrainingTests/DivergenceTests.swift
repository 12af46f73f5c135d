import Datasets
import Distillation
import GraphIR
import Quantization
import Testing
import Training

/// Runs whose steps are far too large: they end with an error, whatever is broken and when.
@Suite struct DivergenceTests {
  enum Work: CaseIterable { case float, quantized, learned, clipped, perTensor, distilled }

  static func recipe(_ work: Work, rate: Double, steps: Int, _ optimizer: TrainingRecipe.Optimizer)
    -> TrainingRecipe
  {
    var recipe = TrainingRecipe(
      epochs: 1, batchSize: 512 / steps, learningRate: rate, schedule: .constant, optimizer: optimizer)
    var quantization = QuantizationRecipe()
    switch work {
    case .float: return recipe
    case .quantized, .distilled: break
    case .learned: quantization.policy.scheme = .learnedScale
    case .clipped: quantization.policy.scheme = .clippedActivation
    case .perTensor: quantization.policy.backend = .qnnpack
    }
    recipe.quantization = quantization
    if work == .distilled {
      recipe.distillation = [DistillationTerm(teacher: "teacher", loss: DistillationLoss(.decoupledKD))]
    }
    return recipe
  }

  /// The error that a run ends with; nil where it ends well.
  static func ending(_ model: Model, _ recipe: TrainingRecipe, cancelAfter: Int? = nil) throws
    -> (error: TrainingError?, outcome: TrainingOutcome?)
  {
    let data = try TrainingTests.shapes()
    let cancellation = Cancellation()
    do {
      let outcome = try train(
        model, on: data, recipe: recipe, teachers: ["teacher": TrainingTests.tiny(data)],
        cancellation: cancellation
      ) { event in
        if case .step(let report) = event, report.step == cancelAfter { cancellation.cancel() }
      }
      return (nil, outcome)
    } catch let error as TrainingError {
      return (error, nil)
    }
  }

  /// One step is the last one: no loss after it tells what it did.
  @Test(arguments: Work.allCases, [1e38, 3e38, 1e300])
  func aLastStepThatBreaksTheWeightsStopsTheRun(work: Work, rate: Double) throws {
    let data = try TrainingTests.shapes()
    for optimizer in [TrainingRecipe.Optimizer.adam, .sgd] {
      let recipe = Self.recipe(work, rate: rate, steps: 1, optimizer)
      let (error, outcome) = try Self.ending(TrainingTests.tiny(data), recipe)
      switch error {
      // Rounded weights are bounded by their grid's ends, so what is finite can be a model still.
      case nil where work != .float: #expect(outcome?.model.parameters.firstNotFinite == nil)
      case .nonFiniteLoss(1), .nonFiniteParameter(_, step: 1): break
      default: #expect(Bool(false), "\(work) \(optimizer): \(String(describing: error))")
      }
    }
  }

  @Test func theParameterAndTheStepAreNamed() throws {
    let data = try TrainingTests.shapes()
    let model = try TrainingTests.tiny(data, normalised: false)
    let (error, _) = try Self.ending(model, Self.recipe(.float, rate: 1e300, steps: 1, .sgd))
    #expect(error == .nonFiniteParameter("conv1.bias", step: 1))
  }

  /// Weights that are finite, but so large that no sum of them is.
  @Test(arguments: Work.allCases, [1e12, 1e20, 1e30])
  func hugeWeightsStopTheRunOrAreAModel(work: Work, rate: Double) throws {
    let data = try TrainingTests.shapes()
    let (error, outcome) = try Self.ending(
      TrainingTests.tiny(data), Self.recipe(work, rate: rate, steps: 1, .sgd))
    switch error {
    case nil:
      let model = try #require(outcome?.model)
      #expect(model.parameters.firstNotFinite == nil)
      #expect(outcome?.lastEpoch?.testLoss.isFinite == true)
      if model.kind == .fakeQuantized { _ = try convert(model) }
    case .nonFiniteLoss(1), .nonFiniteParameter(_, step: 1): break
    case .some(let error): #expect(Bool(false), "\(error)")
    }
  }

  /// Who stops a run that is broken already is told so, and gets no model.
  @Test func stoppingABrokenRunKeepsNothing() throws {
    let data = try TrainingTests.shapes()
    let model = try TrainingTests.tiny(data, normalised: false)
    let (error, _) = try Self.ending(
      model, Self.recipe(.float, rate: 1e300, steps: 4, .sgd), cancelAfter: 1)
    #expect(error == .nonFiniteParameter("conv1.bias", step: 1))
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func aModelThatIsNoNumberIsRefusedWhereverItIsUsed(value: Float) throws {
    let data = try TrainingTests.shapes()
    var model = try TrainingTests.tiny(data)
    let sound = model
    var weights = model.parameters["conv2.weight"]?.floats ?? []
    weights[17] = value
    model.parameters["conv2.weight"] = Tensor(weights, shape: model.parameters["conv2.weight"]?.shape)
    let refusal = TrainingError.nonFiniteParameter("conv2.weight", step: nil)
    #expect(throws: refusal) {
      try evaluate(model, on: data.test, of: data, cancellation: Cancellation())
    }
    #expect(try Self.ending(model, Self.recipe(.float, rate: 1e-3, steps: 1, .adam)).error == refusal)
    #expect(throws: refusal) {
      try quantizeAfterTraining(
        model, on: data, recipe: PostTrainingRecipe(batches: 1), cancellation: Cancellation()
      ) { _ in }
    }
    _ = try evaluate(sound, on: data.test, of: data, cancellation: Cancellation())
  }
}
