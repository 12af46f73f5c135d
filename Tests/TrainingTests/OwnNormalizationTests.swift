import Datasets
import Distillation
import GraphIR
import Testing
import Training

/// A model sees images as it was made for, whatever the data's own mean and deviation are.
@Suite struct OwnNormalizationTests {
  private func data() throws -> Dataset {
    try loadDataset(DatasetRequest(name: "shapes", limit: 160, testLimit: 60, size: 12))
  }

  private func model(_ name: String, seed: UInt64, _ own: Normalization? = nil) throws -> Model {
    var graph = try #require(Architecture.named(name)).build(Shape(channels: 1, height: 12, width: 12), 10)
    graph.normalization = own
    return Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: seed))
  }

  /// Once the teacher's normalization is its own and the student has the data's, once the other way round.
  @Test(arguments: [(false, false), (true, false), (false, true), (true, true)])
  func aTeacherSeesItsOwnImages(augments: Bool, keepsLogits: Bool) throws {
    var data = try data()
    let (datas, other) = (
      Normalization(mean: data.mean, deviation: data.deviation), Normalization(mean: [0.7], deviation: [0.2])
    )
    func losses(teacher: Normalization?, student: Normalization?) throws -> (losses: [Double], test: Double?)
    {
      let recipe = TrainingRecipe(
        epochs: 2, batchSize: 32, seed: 1, augments: augments,
        distillation: [DistillationTerm(teacher: "t", loss: DistillationLoss(.softTarget), weight: 0.5)])
      var losses: [Double] = []
      let outcome = try train(
        model("qatcnn", seed: 1, student), on: data, recipe: recipe,
        teachers: ["t": model("lenet5", seed: 2, teacher)], logits: keepsLogits ? LogitsLibrary() : nil,
        cancellation: Cancellation()
      ) { event in
        if case .step(let report) = event { losses.append(report.distillationLoss) }
      }
      return (losses, outcome.lastEpoch?.testLoss)
    }
    let one = try losses(teacher: other, student: nil)
    let same = try losses(teacher: nil, student: nil)
    (data.mean, data.deviation) = (other.mean, other.deviation)
    let two = try losses(teacher: nil, student: datas)
    #expect(one.losses == two.losses)
    #expect(one.test == two.test)
    #expect(one.losses != same.losses)
  }

  @Test func evaluationAndCalibrationFollowTheModel() throws {
    var data = try data()
    let own = Normalization(mean: [0.7], deviation: [0.2])
    func figures(_ look: Normalization?) throws -> [Double?] {
      let model = try model("qatcnn", seed: 3, look)
      let quantized = try quantizeAfterTraining(
        model, on: data, recipe: PostTrainingRecipe(batches: 2), cancellation: Cancellation()
      ) { _ in }
      let integer = try convert(#require(quantized))
      return try [model, integer].map {
        try evaluate($0, on: data.test, of: data, cancellation: Cancellation())?.loss
      }
    }
    let one = try figures(own)
    (data.mean, data.deviation) = (own.mean, own.deviation)
    #expect(try figures(nil) == one)
  }

  /// A network of three channels on grey images computes what it computes on three equal ones.
  @Test func greyImagesAreThreeEqualChannels() throws {
    let grey = try data()
    var coloured = grey
    for part in [\Dataset.training, \Dataset.test] {
      let plane = grey[keyPath: part].height * grey[keyPath: part].width
      let pixels = grey[keyPath: part].pixels
      coloured[keyPath: part].channels = 3
      coloured[keyPath: part].pixels = stride(from: 0, to: pixels.count, by: plane).flatMap { start in
        [0, 1, 2].flatMap { _ in pixels[start..<start + plane] }
      }
    }
    var graph = try #require(Architecture.named("qatcnn")).build(
      Shape(channels: 3, height: 12, width: 12), 10)
    graph.normalization = .imageNet
    let model = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 4))
    let losses = try [grey, coloured].map {
      try evaluate(model, on: $0.test, of: $0, cancellation: Cancellation())?.loss
    }
    #expect(losses[0] == losses[1])
  }
}
