package import Datasets
import GraphIR
import Quantization

/// Measures where a quantized model's loss of accuracy comes from.
///
/// Every cause is taken out and the model measured again on the same test images: none is concluded from a rule. Trials
/// compute in float with values rounded as integers would be.
package struct AttributionTrials {
  let subject: AttributionSubject
  let data: Dataset
  /// How many of the first test images trials look at.
  package let images: Int
  /// Of the training images that ranges and means are taken from.
  package let batches: CalibrationBatches
  let seed: UInt64
  let cancellation: Cancellation
  private let progress: (String) -> Void

  /// `progress` gets the name of each trial that begins.
  package init(
    _ subject: AttributionSubject, on data: Dataset, images: Int, seed: UInt64, cancellation: Cancellation,
    progress: @escaping (String) -> Void
  ) {
    self.subject = subject
    self.data = data
    self.images = max(1, min(images, data.test.count))
    batches = CalibrationBatches(count: 8, size: 32, of: data.training)
    self.seed = seed
    self.cancellation = cancellation
    self.progress = progress
  }

  /// At most so many causes are named, one after the other.
  static let mostCauses = 3

  /// Nil where it was cancelled.
  package func run() throws -> Attribution? {
    do { return try attribution() } catch is Stopped { return nil }
  }

  /// The trials were cancelled.
  struct Stopped: Error {}

  private func attribution() throws -> Attribution {
    let reference = try logits(of: subject.given, "in float")
    func measured(_ model: Model, _ stage: String) throws -> TrialFigures {
      try figures(of: model, stage, beside: reference.logits)
    }
    let start = TrialFigures(
      accuracy: Double(reference.hits.count { $0 }) / Double(images), signalToNoise: .infinity,
      hits: reference.hits)
    let model = subject.quantized
    let quantized = try measured(model, "rounded")
    var found = Attribution(
      reference: start,
      subject: try subject.integer.map { try measured($0, "in integers") } ?? quantized,
      unrounded: try measured(model.withoutRounding(), "nothing rounded"), quantized: quantized,
      weightsAlone: try measured(model.withFloatActivations(), "weights alone"),
      activationsAlone: try measured(model.withFloatWeights(), "activations alone"),
      remaining: PairedDifference(start.hits, quantized.hits), images: images)
    try explain(&found, beside: reference.logits)
    return found
  }

  /// Names causes where anything was lost beyond chance; one that the float model may share, the images' standardisation,
  /// is looked for in any case.
  private func explain(_ found: inout Attribution, beside logits: [Float]) throws {
    var search = try CauseSearch(self, found.quantized, logits: logits)
    guard found.lost.isLoss else {
      try search.tryOut(search.removals.normalizations(of: subject.quantized))
      (found.tried, found.causes) = (search.tried, search.causes)
      found.remaining = PairedDifference(found.reference.hits, search.current.hits)
      return
    }
    if found.integers.isLoss { search.add(.integers(found)) }
    while search.causes.count < Self.mostCauses,
      PairedDifference(found.reference.hits, search.current.hits).isLoss,
      try search.tryOut(search.removals.all(of: search.model, isFirst: search.isUntouched))
    {}
    (found.tried, found.causes) = (search.tried, search.causes)
    if !search.removals.correctsBias(of: subject.quantized) { found.untried = [.shiftedMeans] }
    found.remaining = PairedDifference(found.reference.hits, search.current.hits)
    let screen = try LayerScreen(self)
    found.layerImages = screen.images
    found.layers = try screen.shares(found)
  }

  /// Logits of the images, and whether each is classified right.
  private func logits(of model: Model, _ stage: String) throws -> (logits: [Float], hits: [Bool]) {
    progress(stage)
    guard let found = try classified(model, images, of: data, cancellation) else { throw Stopped() }
    return found
  }

  func figures(of model: Model, _ stage: String, beside logits: [Float]) throws -> TrialFigures {
    let found = try self.logits(of: model, stage)
    return TrialFigures(
      accuracy: Double(found.hits.count { $0 }) / Double(images),
      signalToNoise: Training.signalToNoise(logits, found.logits), hits: found.hits)
  }

  /// Whether each of the first images is classified right.
  func hits(of model: Model, _ stage: String, images count: Int) throws -> [Bool] {
    progress(stage)
    guard let found = try classified(model, count, of: data, cancellation) else { throw Stopped() }
    return found.hits
  }

  func begin(_ stage: String) throws {
    if cancellation.isCancelled { throw Stopped() }
    progress(stage)
  }
}

extension PairedDifference {
  /// True where the second loses beyond chance.
  package var isLoss: Bool { interval.lowerBound > 0 }
}

extension MeasuredCause {
  fileprivate static func integers(_ found: Attribution) -> MeasuredCause {
    MeasuredCause(
      cause: .integerArithmetic, layers: [], figure: nil, cost: found.integers,
      accuracy: found.quantized.accuracy)
  }
}
