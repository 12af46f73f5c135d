import Distillation
package import Execution
package import GraphIR
import Quantization

/// One kind of work whose step is timed.
package enum BenchmarkWork: String, CaseIterable, Sendable, Codable {
  /// A float training step with Adam.
  case train
  /// The same with fake quantization and the simulated fold.
  case qat
  /// QAT with a teacher of the same architecture and DecoupledKD.
  case kd
  /// A forward pass of the integer model.
  case int8
  /// A forward pass of the float model, batch norm folded.
  case float
}

/// What is timed: an architecture on random images of a size.
package struct BenchmarkRequest: Sendable {
  package var work: BenchmarkWork
  package var architecture: Architecture
  package var input: Shape
  package var batch: Int
  package var steps: Int
  /// Whether the teacher's logits are kept, as in every epoch but the first of a run without augmentation.
  package var keepsLogits: Bool
  /// Of all works but `int8`.
  package var precision: TrainingPrecision

  package init(
    work: BenchmarkWork, architecture: Architecture, input: Shape, batch: Int, steps: Int,
    keepsLogits: Bool = false, precision: TrainingPrecision = .float32
  ) {
    self.work = work
    self.architecture = architecture
    self.input = input
    self.batch = batch
    self.steps = steps
    self.keepsLogits = keepsLogits
    self.precision = precision
  }
}

/// Times of warm steps, in milliseconds.
package struct BenchmarkResult: Sendable {
  package var median: Double
  package var fastest: Double
  package var slowest: Double
  package var imagesPerSecond: Double
  /// Bytes of activations and of weights with what belongs to them.
  package var activationBytes: Int
  package var parameterBytes: Int
  /// Largest memory of the process while it compiled and ran; nil where the system does not tell.
  package var peakResidentBytes: Int?
  /// Multiplications and additions over one image that the layers' definitions ask for, the teacher's included.
  package var operationsPerImage: Int
  /// Milliseconds a step by what they are spent on, and by step, largest first.
  package var kinds: [(name: String, milliseconds: Double)]
  package var steps: [(name: String, milliseconds: Double)]

  /// Multiplications and additions a second, in units of 10⁹.
  package var gigaOperationsPerSecond: Double { Double(operationsPerImage) * imagesPerSecond / 1e9 }
}

/// Runs the work on random images, a new batch each step, so that nothing is learned by heart and no gradient dies.
package func benchmark(_ request: BenchmarkRequest) throws -> BenchmarkResult {
  let graph = try request.architecture.build(request.input, 10)
  ResidentMemory.releaseFreed()
  ResidentMemory.resetPeak()
  // A plan takes the weights into its own layouts; the model that it was made from is let go.
  let makeModel = {
    Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 1))
  }
  var images = RandomImages(count: request.batch * request.input.count)
  switch request.work {
  case .train, .qat, .kd:
    let work = try TrainingWork(makeModel(), request)
    let times = try timed(request.steps) { try work.step(&images) }
    let profile = try work.profile { try work.step(&images) }
    return summary(times, request, graph, bytes: work.byteCount, profile: profile)
  case .int8, .float:
    let runnable =
      try request.work == .int8 ? integerModel(makeModel(), request, &images) : makeModel().runnable()
    ResidentMemory.releaseFreed()
    // Observing a batch trains; what counts is the model that came of it.
    ResidentMemory.resetPeak()
    let plan = try InferencePlan(runnable, batch: request.batch, precision: request.precision)
    ResidentMemory.releaseFreed()
    images.fill(plan.input)
    let times = try timed(request.steps) { try plan.run() }
    plan.startProfile()
    for _ in 0..<profiledSteps { try plan.run() }
    return summary(
      times, request, graph, bytes: (plan.byteCount.arena, plan.byteCount.constants),
      profile: plan.takeProfile())
  }
}

private let profiledSteps = 5

/// Standardised pixels, roughly normal, and labels.
struct RandomImages {
  private var generator = SeededGenerator(seed: 7, purpose: "benchmark")
  private var values: [Float]

  init(count: Int) {
    var generator = SeededGenerator(seed: 8, purpose: "benchmark")
    // More than a batch, so that each step can start elsewhere.
    values = (0..<count + count / 4).map { _ in
      (generator.uniform() + generator.uniform() + generator.uniform() - 1.5) * 2
    }
  }

  mutating func fill(_ input: UnsafeMutableBufferPointer<Float>) {
    let start = Int(generator.next() % UInt64(values.count - input.count + 1))
    _ = input.update(fromContentsOf: values[start..<start + input.count])
  }

  mutating func fill(_ labels: inout [Int32]) {
    for index in labels.indices { labels[index] = Int32(generator.next() % 10) }
  }
}

/// A student, compiled, with its loss and teacher.
private final class TrainingWork {
  private let plan: TrainingPlan
  private let loss: BlendedLoss
  private var labels: [Int32]
  /// Every batch stands for the same images of a data set: from the second on, kept logits are at hand.
  private let numbers: [Int]

  init(_ model: Model, _ request: BenchmarkRequest) throws {
    var student = model
    var teachers: [String: Model] = [:]
    var kept: [String: KeptLogits] = [:]
    if request.work != .train {
      student = try prepare(absorbBiases(model), policy: QuantizationPolicy())
    }
    var recipe = TrainingRecipe()
    recipe.precision = request.precision
    if request.work == .kd {
      recipe.distillation = [DistillationTerm(teacher: "teacher", loss: DistillationLoss(.decoupledKD))]
      teachers["teacher"] = model
      if request.keepsLogits {
        kept["teacher"] = KeptLogits(imageCount: request.batch, classes: student.graph.classes)
      }
    }
    plan = try TrainingPlan(
      student, batch: request.batch, optimizer: .adam(), precision: request.precision)
    let features = try FeatureWiring(
      recipe, student: student.graph, teachers: teachers.mapValues(\.graph), batch: request.batch)
    loss = try BlendedLoss(recipe, teachers: teachers, student: plan, kept: kept, features: features)
    ResidentMemory.releaseFreed()
    labels = Array(repeating: 0, count: request.batch)
    numbers = Array(0..<request.batch)
  }

  var byteCount: (Int, Int) { plan.byteCount }

  func step(_ images: inout RandomImages) throws {
    images.fill(plan.input)
    images.fill(&labels)
    try loss.teach(numbers[...])
    try plan.forward()
    _ = try labels.withUnsafeBufferPointer { try loss.evaluate(plan, labels: $0, progress: 1) }
    try plan.backward()
    plan.update(UpdateRates(learningRate: 1e-4))
  }

  func profile(_ body: () throws -> Void) rethrows -> StepProfile? {
    plan.startProfile()
    for _ in 0..<profiledSteps { try body() }
    return plan.takeProfile()
  }
}

/// The model quantized as QAT would after one batch of observation.
private func integerModel(_ model: Model, _ request: BenchmarkRequest, _ images: inout RandomImages) throws
  -> Model
{
  var prepared = try prepare(absorbBiases(model), policy: QuantizationPolicy())
  let plan = try TrainingPlan(prepared, batch: min(request.batch, 16), optimizer: .adam())
  images.fill(plan.input)
  try plan.forward()
  prepared.parameters = try plan.exportParameters()
  return try convertToInteger(prepared)
}

private func timed(_ steps: Int, _ body: () throws -> Void) rethrows -> [Double] {
  for _ in 0..<3 { try body() }
  return try (0..<steps).map { _ in
    let start = ContinuousClock.now
    try body()
    return 1000 * start.secondsUntilNow
  }
}

private func summary(
  _ times: [Double], _ request: BenchmarkRequest, _ graph: Graph, bytes: (Int, Int), profile: StepProfile?
) -> BenchmarkResult {
  let middle = median(times) ?? 0
  func ranked(_ times: [(String, Duration)]) -> [(name: String, milliseconds: Double)] {
    times.map { (name: $0.0, milliseconds: $0.1 / .milliseconds(1) / Double(profiledSteps)) }
      .sorted { ($0.milliseconds, $1.name) > ($1.milliseconds, $0.name) }
  }
  return BenchmarkResult(
    median: middle, fastest: times.min() ?? 0, slowest: times.max() ?? 0,
    imagesPerSecond: Double(request.batch) / middle * 1000, activationBytes: bytes.0,
    parameterBytes: bytes.1, peakResidentBytes: ResidentMemory.peakBytes,
    operationsPerImage: operations(request, graph),
    kinds: ranked(profile?.byKind.map { ($0.key.rawValue, $0.value) } ?? []),
    steps: ranked(profile?.byStep.map { ($0.key, $0.value) } ?? []))
}

private func operations(_ request: BenchmarkRequest, _ graph: Graph) -> Int {
  switch request.work {
  case .train, .qat: graph.trainingOperations
  case .kd: graph.trainingOperations + (request.keepsLogits ? 0 : graph.forwardOperations)
  case .int8, .float: graph.forwardOperations
  }
}
