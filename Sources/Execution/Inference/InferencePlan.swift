import CKernels
package import GraphIR
import OneDNN

/// A folded, fake-quantized or integer graph compiled for forward passes at one batch size.
package final class InferencePlan {
  package let graph: Graph
  package let batch: Int
  private let steps: [any Step]
  private let arena: Arena
  private let constants: [Arena]
  private let inputPointer: UnsafeMutablePointer<Float>
  private let outputPointer: UnsafeMutableRawPointer
  private let outputType: ElementType
  private var profile: StepProfile?
  /// Where captured outputs lie.
  let captured: [Graph.NodeID: (address: UnsafeMutableRawPointer, capture: CapturedTensor)]

  /// The model's batch norm must be folded.
  ///
  /// `precision` is what the convolutions of a float model multiply, and what lies between them; other kinds of model have
  /// their own.
  /// `sharedInput` holds the images where another plan of the same batch size owns them; it must outlive this
  /// plan. So must `workspace`, memory that the plan uses for its activations where it is large enough: `run` leaves the
  /// logits there, and whoever owns it may then overwrite them. `capturing` names nodes whose outputs are kept for
  /// `values(of:)`: the last of their layer group each.
  package init(
    _ model: consuming Model, batch: Int, precision: TrainingPrecision = .float32,
    sharedInput: UnsafeMutableBufferPointer<Float>? = nil,
    workspace: UnsafeMutableRawBufferPointer? = nil, capturing: [Graph.NodeID] = []
  ) throws {
    graph = model.graph
    self.batch = batch
    var planner = InferencePlanner(
      consume model, batch: batch, precision: precision, capturing: Set(capturing))
    let ends = try planner.plan(sharedInput: sharedInput?.baseAddress)
    let size = planner.memory.place()
    if let workspace, let base = workspace.baseAddress, workspace.count >= size {
      arena = Arena(borrowing: base, byteCount: size)
    } else {
      arena = Arena(byteCount: size)
    }
    constants = planner.constants
    steps = planner.steps
    let memory = PlanMemory(arena: arena, plan: planner.memory, parameters: nil)
    inputPointer = memory.floats(ends.input)
    outputPointer = memory.address(.buffer(ends.output.buffer))
    outputType = ends.output.type
    captured = planner.captured.mapValues { (memory.address(.buffer($0.tensor.buffer)), $0) }
    for step in steps { try step.bind(memory) }
  }

  /// Standardised images [batch, channels, height, width].
  package var input: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: inputPointer, count: batch * graph.inputShape.count)
  }
  /// [batch, classes], valid after `run`.
  package var logits: UnsafeBufferPointer<Float> {
    precondition(outputType == .float32, "an integer model without a classifier has codes, not logits")
    return UnsafeBufferPointer(
      start: outputPointer.assumingMemoryBound(to: Float.self), count: batch * graph.classes)
  }
  /// The output of an integer model that ends in codes, row-major, valid after `run`; nil where it ends in logits.
  package var codes: UnsafeBufferPointer<UInt8>? {
    guard outputType == .uint8 else { return nil }
    return UnsafeBufferPointer(
      start: outputPointer.assumingMemoryBound(to: UInt8.self), count: batch * graph.classes)
  }

  /// Bytes of activations and of weights.
  package var byteCount: (arena: Int, constants: Int) {
    (arena.byteCount, constants.reduce(0) { $0 + $1.byteCount })
  }

  package func run() throws {
    let mode = ck_begin_flushing()
    defer { ck_end_flushing(mode) }
    guard profile != nil else {
      for step in steps { try step.run() }
      return
    }
    for step in steps {
      let start = ContinuousClock.now
      try step.run()
      profile?.add(step.kind, step.label, ContinuousClock.now - start)
    }
  }

  /// What runs, in order.
  package var stepDescriptions: [StepDescription] { steps.map(StepDescription.init) }

  /// Starts to measure each step; `takeProfile` ends it.
  package func startProfile() { profile = StepProfile() }
  package func takeProfile() -> StepProfile? {
    defer { profile = nil }
    return profile
  }
}
