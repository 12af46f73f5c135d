import CKernels
import GraphIR
import OneDNN

/// Batch norm with fixed coefficients, addition, activation and rounding in one pass.
final class ElementwiseStep: Step {
  let label: String
  let kind = StepKind.normalization
  private let source: ActivationTensor
  private let target: BufferID
  private let residual: BufferID?
  private let norm: (a: Vector<Float>, b: Vector<Float>)?
  private let scratch: Vector<Double>
  private var kernel: ck_epilogue
  private var pointers: (source: UnsafeMutablePointer<Float>, target: UnsafeMutablePointer<Float>)?
  private var residualPointer: UnsafeMutablePointer<Float>?

  init(
    _ label: String, from source: ActivationTensor, to target: BufferID, residual: BufferID?,
    norm: (Vector<Float>, Vector<Float>)?, activation: Rectifier?, quantization: QuantizationParameters?
  ) {
    self.label = label
    self.source = source
    self.target = target
    self.residual = residual
    self.norm = norm
    scratch = Vector(Int(ck_scratch_count(source.kernelShape)), repeating: 0)
    kernel = ck_epilogue(
      a: norm.map { UnsafePointer($0.0.pointer) }, b: norm.map { UnsafePointer($0.1.pointer) },
      has_activation: activation == nil ? 0 : 1, ceiling: activation?.ceiling ?? .infinity,
      quantizes: quantization == nil ? 0 : 1, trains_range: 0, grid: ck_grid(quantization), codes: nil,
      code_channels: 0)
  }

  func bind(_ memory: PlanMemory) {
    pointers = (memory.floats(.buffer(source.buffer)), memory.floats(.buffer(target)))
    residualPointer = residual.map { memory.floats(.buffer($0)) }
  }

  func run() {
    guard let pointers else { return }
    ck_epilogue_forward(
      pointers.source, residualPointer, pointers.target, source.kernelShape, &kernel, scratch.pointer, nil)
  }
}

extension ck_grid {
  init(_ parameters: QuantizationParameters?) {
    self.init(
      scale: parameters?.scale ?? 1, zero_point: parameters?.zeroPoint ?? 0,
      minimum: Int32(parameters?.grid.minimum ?? 0), maximum: Int32(parameters?.grid.maximum ?? 0))
  }
}

/// Copies images that another plan owns.
final class CopyImages: Step {
  let label = "images"
  let kind = StepKind.reorder
  private let source: Operand
  private let target: ActivationTensor
  private var pointers: (source: UnsafeMutableRawPointer, target: UnsafeMutableRawPointer)?

  init(from source: Operand, to target: ActivationTensor) {
    self.source = source
    self.target = target
  }

  func bind(_ memory: PlanMemory) {
    pointers = (memory.address(source), memory.address(.buffer(target.buffer)))
  }

  func run() {
    guard let pointers else { return }
    pointers.target.copyMemory(from: pointers.source, byteCount: target.layout.byteCount)
  }
}
