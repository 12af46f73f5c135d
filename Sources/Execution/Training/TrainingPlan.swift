import CKernels
package import GraphIR
import OneDNN
import Quantization

/// A graph compiled for training at one batch size: forward, backward and update over fixed memory.
///
/// A step allocates nothing. Not for use by several threads at once; its kernels share out their work
/// themselves.
package final class TrainingPlan {
  /// With the grids that are in use.
  package internal(set) var graph: Graph
  package let batch: Int
  package let phase: PlanPhase
  private let steps: [any Step]
  private let forwardCount: Int
  let parameters: FlatParameters
  let norms: [BatchNormState]
  let observers: [ActivationObserver]
  let weightScales: [TrainedWeightScales]
  let weightQuantizers: [WeightQuantizer]
  private let arena: Arena
  private let optimizer: OptimizerKind
  private let inputPointer: UnsafeMutablePointer<Float>
  private let logitsPointer: UnsafeMutablePointer<Float>
  private let gradientPointer: UnsafeMutablePointer<Float>
  private let captures: [(members: [String], activations: CapturedActivations)]
  private var trainedValues: [String: TrainedValues] = [:]
  private let inputGradientPointer: UnsafeMutablePointer<Float>?
  /// Memory of activations that holds nothing between a backward pass and the next forward pass: another plan may work
  /// there meanwhile.
  package let idleMemory: UnsafeMutableRawBufferPointer
  /// Updates done, which Adam's bias correction counts.
  package internal(set) var updates = 0
  private var profile: StepProfile?
  private let observed: ObservedMemory
  private var canGiveUp = false

  /// Throws `PlanError.unsupportedPrecision` where the processor lacks it.
  ///
  /// `differentiatesInput` adds the gradient of the images, which training does not need.
  ///
  /// `captures` are names of nodes; losses look at the outputs of the groups that they belong to, in float32 alone.
  ///
  /// `tempos` tells which layers stay as they are, and which one has a rate of its own.
  package init(
    _ model: Model, batch: Int, optimizer: OptimizerKind, precision: TrainingPrecision = .float32,
    differentiatesInput: Bool = false, captures names: [String] = [], auxiliary: [AuxiliaryParameter] = [],
    tempos: LayerTempos = LayerTempos()
  ) throws {
    guard precision.isSupported else { throw PlanError.unsupportedPrecision(precision) }
    if precision == .bfloat16, let node = model.graph.nodes.first(where: \.operation.trainsRange) {
      throw PlanError.unsupported(
        node: node.name, reason: "ranges are trained in float32 alone: choose set precision f32")
    }
    graph = model.graph
    self.batch = batch
    self.optimizer = optimizer
    var planner = TrainingPlanner(
      graph: model.graph, batch: batch, differentiatesInput: differentiatesInput, precision: precision,
      captures: names, tempos: tempos)
    let ends = try planner.plan()
    let additions = auxiliary.map { parameter in
      (parameter, planner.parameters.addAuxiliary(parameter.name, count: parameter.initialValues.count))
    }
    planner.parameters.allocate(moments: optimizer.moments)
    arena = Arena(byteCount: planner.memory.place())
    phase = planner.phase
    steps = planner.steps
    forwardCount = planner.forwardCount
    parameters = planner.parameters
    norms = planner.norms
    observers = planner.observers.values.sorted { $0.name < $1.name }
    weightScales = planner.weightScales
    weightQuantizers = planner.weightQuantizers
    observed = ObservedMemory(norms, observers, weightScales)
    let memory = PlanMemory(arena: arena, plan: planner.memory, parameters: planner.parameters)
    inputPointer = memory.floats(.buffer(ends.input))
    logitsPointer = memory.floats(.buffer(ends.logits))
    gradientPointer = memory.floats(.buffer(ends.logitsGradient))
    inputGradientPointer = planner.inputGradient.map { memory.floats(.buffer($0)) }
    let idle = planner.memory.longestRun(
      beside: [ends.input, ends.logits, ends.logitsGradient] + [planner.inputGradient].compactMap { $0 },
      of: arena.byteCount)
    idleMemory = UnsafeMutableRawBufferPointer(start: arena.base + idle.lowerBound, count: idle.count)
    captures = planner.captures.values.map { ($0.members, CapturedActivations($0, batch: batch, memory)) }
    for (parameter, id) in additions {
      let count = parameter.initialValues.count
      let place = TrainedValues(
        values: UnsafeMutableBufferPointer(start: memory.floats(.parameter(id)), count: count),
        gradient: UnsafeMutableBufferPointer(start: memory.floats(.gradient(id)), count: count))
      _ = place.values.update(fromContentsOf: parameter.initialValues)
      trainedValues[parameter.name] = place
    }
    for step in steps { try step.bind(memory) }
    try load(model.parameters)
  }

  /// The activations of the group that a node belongs to, where the plan was made to capture them.
  package func captured(_ name: String) -> CapturedActivations? {
    captures.first { $0.members.contains(name) }?.activations
  }

  /// An auxiliary parameter, by the name that it was given.
  package func trained(_ name: String) -> TrainedValues? { trainedValues[name] }

  /// Euclidean norm of the gradients of all the model's parameters, after `backward`.
  package var gradientNorm: Double {
    var sum = 0.0
    for slice in parameters.slices {
      for index in 0..<parameters.ownCount(of: slice) {
        sum += Double(slice.gradients[index]) * Double(slice.gradients[index])
      }
    }
    return sum.squareRoot()
  }

  /// Standardised images [batch, channels, height, width], to be filled before `forward`.
  package var input: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: inputPointer, count: batch * graph.inputShape.count)
  }
  /// [batch, classes], valid after `forward`.
  package var logits: UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: logitsPointer, count: batch * graph.classes)
  }
  /// [batch, classes], to be filled before `backward`.
  package var logitsGradient: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: gradientPointer, count: batch * graph.classes)
  }

  /// Gradient of the images after `backward`, where the plan was made to compute it.
  package var inputGradient: UnsafeBufferPointer<Float>? {
    inputGradientPointer.map { UnsafeBufferPointer(start: $0, count: input.count) }
  }

  /// Bytes of activations and gradients, and of parameters with their optimizer state.
  package var byteCount: (arena: Int, parameters: Int) { (arena.byteCount, parameters.byteCount) }

  package var hasBatchNorm: Bool { !norms.isEmpty }

  /// Images to logits; false where `isGivenUp`, which is asked after each layer, ended it on the way, or the step later.
  ///
  /// Then the plan stands where it did before. The first pass, which sets ranges, is never given up.
  @discardableResult
  package func forward(unless isGivenUp: () -> Bool = { false }) throws -> Bool {
    canGiveUp = observed.note()
    return try run(0..<forwardCount, isGivenUp)
  }

  /// The logits' gradient to that of all parameters; false where it is given up, as in `forward`, and with it the step.
  @discardableResult
  package func backward(unless isGivenUp: () -> Bool = { false }) throws -> Bool {
    try run(forwardCount..<steps.count, isGivenUp)
  }

  private func run(_ range: Range<Int>, _ isGivenUp: () -> Bool) throws -> Bool {
    let mode = ck_begin_flushing()
    defer { ck_end_flushing(mode) }
    for index in range {
      if canGiveUp, isGivenUp() {
        observed.bringBack()
        return false
      }
      guard profile != nil else {
        try steps[index].run()
        continue
      }
      let start = ContinuousClock.now
      try steps[index].run()
      profile?.add(steps[index].kind, steps[index].label, ContinuousClock.now - start)
    }
    return true
  }

  /// Moves every parameter by its gradient; trained ranges stay positive.
  ///
  /// One that is infinite or NaN marks the phase as diverged.
  package func update(_ rates: UpdateRates) {
    let start = ContinuousClock.now
    let mode = ck_begin_flushing()
    defer { ck_end_flushing(mode) }
    updates += 1
    for slice in parameters.slices {
      let rate = slice.tempo == .head ? rates.learningRate * rates.headFactor : rates.learningRate
      switch slice.group {
      case .weights: move(slice, rate: rate, decay: rates.decay)
      case .offsets: move(slice, rate: rate, decay: optimizer.decouplesDecay ? 0 : rates.decay)
      case .scales: moveRanges(slice, rate: rate * rates.rangeFactor, decay: 0)
      case .bounds: moveRanges(slice, rate: rate * rates.rangeFactor, decay: rates.boundDecay)
      }
    }
    profile?.add(.optimizer, "update", ContinuousClock.now - start)
  }

  private func moveRanges(_ slice: ParameterSlice, rate: Double, decay: Double) {
    move(slice, rate: rate, decay: decay)
    if ck_keep_above(slice.values, Int64(slice.count), leastQuantizationScale) == 0 { phase.diverged = true }
  }

  private func move(_ slice: ParameterSlice, rate: Double, decay: Double) {
    let count = Int64(slice.count)
    switch optimizer {
    case .sgd(let momentum):
      ck_sgd(slice.values, slice.gradients, slice.first, count, rate, momentum, decay, Int64(updates))
    case .adam(let beta1, let beta2, let epsilon):
      ck_adam(
        slice.values, slice.gradients, slice.first, slice.second, count, rate, beta1, beta2, epsilon, decay,
        Int64(updates))
    case .adamW(let beta1, let beta2, let epsilon):
      ck_adamw(
        slice.values, slice.gradients, slice.first, slice.second, count, rate, beta1, beta2, epsilon, decay,
        Int64(updates))
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

extension CapturedActivations {
  fileprivate init(_ tensor: TaughtTensor, batch: Int, _ memory: PlanMemory) {
    let count = batch * tensor.shape.count
    shape = tensor.shape
    values = UnsafeBufferPointer(start: memory.floats(.buffer(tensor.values)), count: count)
    gradient = UnsafeMutableBufferPointer(start: memory.floats(.buffer(tensor.gradient)), count: count)
  }
}

extension GraphIR.Operation {
  /// True for an activation's grid whose range is trained.
  fileprivate var trainsRange: Bool {
    if case .fakeQuantize(let quantizer) = self { return quantizer.method != .observed }
    return false
  }
}
