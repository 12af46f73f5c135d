import Datasets
import Execution
import GraphIR

/// A teacher at work: its logits for a batch, from its forward pass or as they were kept.
final class Teacher {
  let name: String
  private let classes: Int
  private let kept: KeptLogits?
  /// Images that were known when the run began.
  private let knownBefore: Int
  private let looksAtFeatures: Bool
  /// Nil once every image's logits are known.
  private var plan: InferencePlan?
  /// Logits of the batch at hand [batch, classes].
  private let batchLogits: UnsafeMutableBufferPointer<Float>
  /// Outputs that are looked at, by the name of the group's first node.
  private let captures: [String: Graph.NodeID]
  /// The run's images and how they are standardised, where that differs from the student's; nil where both see the same.
  private let own: (images: ImageSet, look: Normalization)?
  /// Labels of a batch of its own images, which nobody reads.
  private let ownLabels: UnsafeMutableBufferPointer<Int32>

  /// Reads the images where the student's plan holds them, and works in its memory while it is idle; a teacher for which
  /// images are standardised otherwise than for the student reads those of `data` itself.
  ///
  /// `kept` is nil where an image differs from step to step. `features` are first nodes of groups whose outputs are
  /// looked at; with any, the teacher runs for every batch, in memory of its own, and nothing is kept.
  /// A float teacher multiplies what the student does, `precision`.
  init(
    _ name: String, _ model: consuming Model, student: TrainingPlan, data: Dataset? = nil, kept: KeptLogits?,
    features: [String] = [], precision: TrainingPrecision = .float32
  ) throws {
    self.name = name
    let look = data.map { $0.normalization(for: model.graph) }
    own = data.flatMap { data in
      look.flatMap { $0 == data.normalization(for: student.graph) ? nil : (data.training, $0) }
    }
    ownLabels = .allocate(capacity: student.batch)
    ownLabels.initialize(repeating: 0)
    let kept = features.isEmpty ? kept : nil
    self.kept = kept
    looksAtFeatures = !features.isEmpty
    classes = model.graph.classes
    knownBefore = kept?.knownCount ?? 0
    batchLogits = .allocate(capacity: student.batch * classes)
    batchLogits.initialize(repeating: 0)
    guard !(kept?.isComplete ?? false) else {
      captures = [:]
      return
    }
    let runnable = try (consume model).runnable()
    let groups = runnable.graph.layerGroups
    captures = features.reduce(into: [:]) { outputs, head in
      outputs[head] = groups.first { runnable.graph.nodes[$0.head].name == head }?.output
    }
    plan = try InferencePlan(
      consume runnable, batch: student.batch, precision: precision,
      sharedInput: own == nil ? student.input : nil,
      workspace: features.isEmpty ? student.idleMemory : nil, capturing: captures.values.sorted())
  }

  deinit {
    batchLogits.deallocate()
    ownLabels.deallocate()
  }

  /// Whether the last logits took a forward pass.
  private(set) var hasRun = false

  var report: TeacherLogitsReport {
    TeacherLogitsReport(
      teacher: name,
      keeping: kept.map {
        .kept(images: $0.imageCount, knownBefore: knownBefore, byteCount: $0.byteCount)
      } ?? (looksAtFeatures ? .neededForFeatures : .recomputed))
  }

  /// Activations of the batch at hand, row-major [batch, channels, height, width], valid after `teach`.
  func activations(of head: String) -> UnsafeBufferPointer<Float>? {
    captures[head].flatMap { plan?.values(of: $0) }
  }

  /// [batch, classes], valid after `teach`.
  var logits: UnsafeBufferPointer<Float> { UnsafeBufferPointer(batchLogits) }

  /// Finds the logits of the images that the student's plan holds, by their numbers in the data set, moved as they are
  /// there.
  ///
  /// To be called before the student's forward pass.
  func teach(_ images: ArraySlice<Int>, _ augmentation: Augmentation? = nil) throws {
    guard let target = batchLogits.baseAddress else { return }
    if let kept, kept.read(images, into: target) {
      hasRun = false
      if kept.isComplete { plan = nil }
      return
    }
    guard let plan else { return }
    if let own, let input = plan.input.baseAddress, let labels = ownLabels.baseAddress {
      gather(
        own.images, indices: images, mean: own.look.mean, deviation: own.look.deviation,
        augmentation: augmentation, into: input, labels: labels)
    }
    try plan.run()
    hasRun = true
    _ = batchLogits.update(fromContentsOf: plan.logits)
    kept?.write(images, from: target)
  }

  /// Computes what is not known yet: the images that filled no whole batch of an epoch.
  ///
  /// Overwrites the student's images.
  func complete(on data: Dataset, labels: UnsafeMutableBufferPointer<Int32>) throws {
    guard let kept, let plan, let input = plan.input.baseAddress, let labels = labels.baseAddress else {
      return
    }
    let missing = kept.missing
    let look = data.normalization(for: plan.graph)
    for start in stride(from: 0, to: missing.count, by: plan.batch) {
      let images = missing[start..<min(start + plan.batch, missing.count)]
      // A short batch leaves other images behind its own: they are computed and not looked at.
      gather(
        data.training, indices: images, mean: look.mean, deviation: look.deviation, into: input,
        labels: labels)
      try plan.run()
      if let source = plan.logits.baseAddress { kept.write(images, from: source) }
    }
    self.plan = nil
  }
}

/// What becomes of a teacher's logits in a run.
package struct TeacherLogitsReport: Sendable {
  package enum Keeping: Sendable {
    /// Each image's are computed once; some may be known from an earlier run.
    case kept(images: Int, knownBefore: Int, byteCount: Int)
    /// Computed in each step, because images differ from epoch to epoch.
    case recomputed
    /// Computed in each step, because a loss looks at the teacher's activations too.
    case neededForFeatures
  }

  package var teacher: String
  package var keeping: Keeping
}
