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
  /// Nil once every image's logits are known.
  private var plan: InferencePlan?
  /// Logits of the batch at hand [batch, classes].
  private let batchLogits: UnsafeMutableBufferPointer<Float>

  /// Reads the images where the student's plan holds them, and works in its memory while it is idle; `kept` is nil where an image differs from step to step.
  init(_ name: String, _ model: consuming Model, student: TrainingPlan, kept: KeptLogits?) throws {
    self.name = name
    self.kept = kept
    classes = model.graph.classes
    knownBefore = kept?.knownCount ?? 0
    batchLogits = .allocate(capacity: student.batch * classes)
    batchLogits.initialize(repeating: 0)
    if let kept, kept.isComplete { return }
    plan = try InferencePlan(
      (consume model).runnable(), batch: student.batch, sharedInput: student.input,
      workspace: student.idleMemory)
  }

  deinit { batchLogits.deallocate() }

  /// Whether the last logits took a forward pass.
  private(set) var hasRun = false

  var report: TeacherLogitsReport {
    TeacherLogitsReport(
      teacher: name,
      keeping: kept.map {
        .kept(images: $0.imageCount, knownBefore: knownBefore, byteCount: $0.byteCount)
      } ?? .recomputed)
  }

  /// [batch, classes], valid after `teach`.
  var logits: UnsafeBufferPointer<Float> { UnsafeBufferPointer(batchLogits) }

  /// Finds the logits of the images that the student's plan holds, by their numbers in the data set.
  ///
  /// To be called before the student's forward pass.
  func teach(_ images: ArraySlice<Int>) throws {
    guard let target = batchLogits.baseAddress else { return }
    if let kept, kept.read(images, into: target) {
      hasRun = false
      if kept.isComplete { plan = nil }
      return
    }
    guard let plan else { return }
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
    for start in stride(from: 0, to: missing.count, by: plan.batch) {
      let images = missing[start..<min(start + plan.batch, missing.count)]
      // A short batch leaves other images behind its own: they are computed and not looked at.
      gather(
        data.training, indices: images, mean: data.mean, deviation: data.deviation, into: input,
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
    /// Computed in each step.
    case recomputed
  }

  package var teacher: String
  package var keeping: Keeping
}
