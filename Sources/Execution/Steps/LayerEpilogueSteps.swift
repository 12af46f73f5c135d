import CKernels
import GraphIR
import OneDNN

/// What follows a layer's sums y: batch norm, residual, activation, fake quantization, as one or two passes.
///
/// State that the forward and the backward step share.
final class GroupEpilogue {
  let label: String
  let y: ActivationTensor
  /// Nil where the codes alone are of use.
  let out: BufferID?
  let residual: BufferID?
  let norm: BatchNormState?
  let activation: Rectifier?
  let observer: ActivationObserver?
  /// Whether the forward pass widens the observer's range.
  var observes = false
  /// The codes of the output, channels innermost, where a convolution reads them.
  var codes: BufferID?
  /// Whether batch norm has the statistics of y from the step that made it.
  var hasStatistics = false
  let phase: PlanPhase
  let scratch: Vector<Double>

  init(
    label: String, y: ActivationTensor, out: BufferID?, residual: BufferID?, norm: BatchNormState?,
    activation: Rectifier?, observer: ActivationObserver?, phase: PlanPhase
  ) {
    self.label = label
    self.y = y
    self.out = out
    self.residual = residual
    self.norm = norm
    self.activation = activation
    self.observer = observer
    self.phase = phase
    scratch = Vector(Int(ck_scratch_count(y.kernelShape)), repeating: 0)
  }

  /// Values of one channel over the batch.
  var channelCount: Int { y.batch * y.shape.spatial }

  func kernelEpilogue(quantizes: Bool) -> ck_epilogue {
    ck_epilogue(
      a: norm.map { UnsafePointer($0.a.pointer) }, b: norm.map { UnsafePointer($0.b.pointer) },
      has_activation: activation == nil ? 0 : 1, ceiling: activation?.ceiling ?? .infinity,
      quantizes: quantizes ? 1 : 0, trains_range: observer?.trained == nil ? 0 : 1,
      grid: observer?.kernelGrid ?? ck_grid(scale: 1, zero_point: 0, minimum: 0, maximum: 0), codes: nil,
      code_channels: Int64(y.shape.channels))
  }
}

final class EpilogueForward: Step {
  let kind = StepKind.normalization
  private let epilogue: GroupEpilogue
  private var y: UnsafeMutableRawPointer?
  private var out: UnsafeMutableRawPointer?
  private var codes: UnsafeMutablePointer<UInt8>?
  private var residual: UnsafeMutableRawPointer?

  var label: String { epilogue.label + " epilogue" }

  init(_ epilogue: GroupEpilogue) { self.epilogue = epilogue }

  func bind(_ memory: PlanMemory) {
    epilogue.norm?.bind(memory)
    epilogue.observer?.trained?.bind(memory)
    y = memory.address(.buffer(epilogue.y.buffer))
    out = epilogue.out.map { memory.address(.buffer($0)) }
    codes = epilogue.codes.map { memory.address(.buffer($0)).assumingMemoryBound(to: UInt8.self) }
    residual = epilogue.residual.map { memory.address(.buffer($0)) }
  }

  func run() {
    let trained = epilogue.observer?.trained
    let observing =
      epilogue.observes && epilogue.observer != nil && trained == nil && !epilogue.phase.observersFrozen
    let isStill = epilogue.norm?.isStill(epilogue.phase) ?? true
    if epilogue.norm != nil && (!isStill || observing) { gatherStatistics() }
    if let norm = epilogue.norm {
      if isStill {
        norm.normalizeWithRunning()
      } else {
        let finite = norm.normalizeWithBatch(count: epilogue.channelCount)
        if !finite { epilogue.phase.diverged = true }
      }
    }
    if let trained, !trained.isSet { startRange(trained) }
    epilogue.observer?.follow()
    guard observing, let observer = epilogue.observer else {
      return apply(quantizes: epilogue.observer != nil)
    }
    var range: (Float, Float) = (0, 0)
    if epilogue.residual == nil {
      range = rangeWithoutResidual()
      observer.observe(minimum: range.0, maximum: range.1)
      apply(quantizes: true)
    } else {
      // The sum's range is known only after the sum: it is rounded in a second pass, in place where it is kept.
      range = rangeOfSum()
      observer.observe(minimum: range.0, maximum: range.1)
      if out == nil { apply(quantizes: true) } else { quantizeInPlace() }
    }
  }

  private func gatherStatistics() {
    guard let y, let norm = epilogue.norm, !epilogue.hasStatistics else { return }
    epilogue.gatherStatistics(of: y, norm)
  }

  /// a·y + b and the activation are monotonic, so the extremes of y give those of the result without a pass.
  private func rangeWithoutResidual() -> (Float, Float) {
    var low = Float.infinity
    var high = -Float.infinity
    if let norm = epilogue.norm {
      for channel in 0..<norm.norm.channels {
        let first = (norm.a[channel] * norm.minimum[channel]) + norm.b[channel]
        let second = (norm.a[channel] * norm.maximum[channel]) + norm.b[channel]
        low = min(low, first, second)
        high = max(high, first, second)
      }
    } else if let y {
      (low, high) = epilogue.range(of: y)
    }
    guard let activation = epilogue.activation else { return (low, high) }
    return (min(max(low, 0), activation.ceiling), min(max(high, 0), activation.ceiling))
  }

  private func apply(quantizes: Bool) {
    guard let y else { return }
    var kernel = epilogue.kernelEpilogue(quantizes: quantizes)
    if quantizes { kernel.codes = codes }
    epilogue.forward(from: y, residual: residual, to: out, kernel, range: nil)
  }

  private func rangeOfSum() -> (Float, Float) {
    guard let y else { return (0, 0) }
    return epilogue.forwardWithRange(
      from: y, residual: residual, to: out, epilogue.kernelEpilogue(quantizes: false))
  }

  /// A trained range without a value starts from the batch at hand, before it is rounded.
  private func startRange(_ range: TrainedRange) {
    guard let out else { return }
    apply(quantizes: false)
    range.start(
      from: out.assumingMemoryBound(to: Float.self), stored: epilogue.y.storedCount, batch: epilogue.y.batch)
  }

  private func quantizeInPlace() {
    guard let out, let observer = epilogue.observer else { return }
    let kernel = ck_epilogue(
      a: nil, b: nil, has_activation: 0, ceiling: .infinity, quantizes: 1, trains_range: 0,
      grid: observer.kernelGrid, codes: codes, code_channels: Int64(epilogue.y.shape.channels))
    epilogue.forward(from: out, residual: nil, to: out, kernel, range: nil)
  }
}

/// From the gradients of the output to that of y, of γ and β; the masked gradient stays for the residual.
final class EpilogueBackward: Step {
  let kind = StepKind.normalization
  private let epilogue: GroupEpilogue
  private let gradients: [BufferID]
  private let yGradient: BufferID
  private var pointers: [UnsafeMutableRawPointer] = []
  private var y: UnsafeMutableRawPointer?
  private var residual: UnsafeMutableRawPointer?
  private var target: UnsafeMutableRawPointer?

  var label: String { epilogue.label + " epilogue backward" }

  /// One or two gradients, which are added; the first is overwritten with the masked sum.
  init(_ epilogue: GroupEpilogue, gradients: [BufferID], yGradient: BufferID) {
    precondition(gradients.count == 1 || gradients.count == 2)
    self.epilogue = epilogue
    self.gradients = gradients
    self.yGradient = yGradient
  }

  func bind(_ memory: PlanMemory) {
    pointers = gradients.map { memory.address(.buffer($0)) }
    y = memory.address(.buffer(epilogue.y.buffer))
    residual = epilogue.residual.map { memory.address(.buffer($0)) }
    target = memory.address(.buffer(yGradient))
  }

  func run() {
    guard let gradient = pointers.first, let y, let target else { return }
    let second = pointers.count > 1 ? pointers[1] : nil
    if let trained = epilogue.observer?.trained {
      trained.addGradient(
        epilogue.rangeGradient(gradient, second: second, y: y, residual: residual, trained),
        completes: epilogue.observes)
    }
    epilogue.reduceBackward(gradient, second: second, y: y, residual: residual)
    guard let norm = epilogue.norm else {
      if target != gradient { target.copyMemory(from: gradient, byteCount: epilogue.y.layout.byteCount) }
      return
    }
    let frozen = norm.isStill(epilogue.phase)
    norm.differentiate(count: epilogue.channelCount, frozen: frozen)
    epilogue.applyBackward(gradient, y: y, to: target, norm, frozen: frozen)
  }
}
