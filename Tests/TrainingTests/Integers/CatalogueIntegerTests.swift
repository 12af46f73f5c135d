import Datasets
import Execution
import Foundation
import GraphIR
import Quantization
import Testing
import Training

/// Every architecture's integer model against an evaluator that shares no code with the engine.
@Suite struct CatalogueIntegerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var architecture: String
    var backend: QuantizationBackend
    var bits: Int

    var testDescription: String { "\(architecture) \(backend.rawValue) \(bits) bits" }
  }

  /// All of catalogue × backend × width where `QATLAB_NETWORKS` is set; else two of each architecture.
  static let cases: [Case] = {
    let names = Architecture.all.map(\.name)
    let backends = QuantizationBackend.allCases
    if ProcessInfo.processInfo.environment["QATLAB_NETWORKS"] == nil {
      return names.enumerated().flatMap { index, name in
        [
          Case(architecture: name, backend: backends[index % backends.count], bits: 8),
          Case(architecture: name, backend: index.isMultiple(of: 2) ? .x86 : .onednn, bits: 4),
        ]
      }.filter { $0.architecture != "resnet34" }
    }
    return names.flatMap { name in
      backends.flatMap { backend in
        (backend.hasNarrowWidths ? [8, 4] : [8]).map { Case(architecture: name, backend: backend, bits: $0) }
      }
    }
  }()

  @Test(arguments: cases)
  func plainLoopsOverTheStoredCodesGiveTheSameClasses(_ which: Case) throws {
    let data = try loadDataset(DatasetRequest(name: "shapes", limit: 64, testLimit: 32, size: 17))
    let graph = try #require(Architecture.named(which.architecture)).build(
      Shape(channels: data.training.channels, height: 17, width: 17), data.classNames.count)
    let fresh = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 2))
    let trained = try train(
      fresh, on: data, recipe: TrainingRecipe(epochs: 1, batchSize: 16, learningRate: 1e-3),
      cancellation: Cancellation()
    ) { _ in }.model
    let policy = QuantizationPolicy(
      backend: which.backend, weightBits: which.bits, activationBits: which.bits)
    let fake = try #require(
      try quantizeAfterTraining(
        trained, on: data, recipe: PostTrainingRecipe(policy: policy, batches: 2, batchSize: 32),
        cancellation: Cancellation()
      ) { _ in })
    let integer = try convert(fake)
    let comparison = try IntegerComparison(fake: fake, integer: integer, data: data, images: [0])
    #expect(comparison.faults.isEmpty, "\(comparison.faults.prefix(3)) of \(comparison.faults.count)")
    try checkClasses(integer, data, images: 4)
  }

  private func checkClasses(_ integer: Model, _ data: Dataset, images: Int) throws {
    let plan = try InferencePlan(integer, batch: images)
    var labels = [Int32](repeating: 0, count: images)
    gather(
      data.test, indices: Array(0..<images)[...], mean: data.mean, deviation: data.deviation,
      into: try #require(plan.input.baseAddress), labels: &labels)
    let pixels = Array(plan.input)
    try plan.run()
    let logits = Array(plan.logits)
    let plain = PlainIntegerNetwork(integer)
    let (size, classes) = (pixels.count / images, logits.count / images)
    for image in 0..<images {
      let expected = plain.logits(Array(pixels[image * size..<(image + 1) * size]))
      let found = logits[image * classes..<(image + 1) * classes].map { Double($0) }
      let best = expected.sorted(by: >)
      // A code at a tie may be either; what follows from it is small beside the distance of a clear decision.
      guard best[0] - best[1] > 0.02 * (best[0] - best[best.count - 1]) else { continue }
      #expect(
        found.firstIndex(of: found.max() ?? 0) == expected.firstIndex(of: best[0]), "image \(image)")
    }
  }
}
