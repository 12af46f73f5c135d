import CKernels
import GraphIR
import OneDNN

/// Rounds folded weights to codes, in the order in which a convolution multiplies bytes.
final class PackWeightCodes: Step {
  let label: String
  let kind = StepKind.weightQuantization
  let target: BufferID
  let quantizer: WeightQuantizer
  /// Sum of each output's codes: what the input's zero point is multiplied by.
  let totals: Vector<Int32>
  private let packing: ck_quad_packing
  private var pointers: (weights: UnsafeMutablePointer<Float>, target: UnsafeMutablePointer<Int8>)?

  init(
    _ quantizer: WeightQuantizer, _ integer: IntegerForward, _ convolution: Convolution, target: BufferID
  ) {
    label = quantizer.label + " pack weight codes"
    self.quantizer = quantizer
    self.target = target
    totals = Vector(convolution.outputs, repeating: 0)
    let quads = integer.quads
    packing = ck_quad_packing(
      outputs: Int64(convolution.outputs / 16), inputs: Int64(convolution.inputs / 16),
      taps: Int64(convolution.kernel * convolution.kernel), source: ck_weight_tile(integer.tile),
      target: ck_weight_quads(
        width: Int64(quads.width), quads: Int64(quads.quads), output_stride: Int64(quads.outputStride),
        input_stride: Int64(quads.inputStride), tap_stride: Int64(quads.tapStride),
        byte_count: Int64(integer.weightBytes)))
  }

  func bind(_ memory: PlanMemory) {
    pointers = (
      memory.floats(.parameter(quantizer.weight)),
      memory.address(.buffer(target)).assumingMemoryBound(to: Int8.self)
    )
  }

  func run() {
    guard let pointers else { return }
    withUnsafePointer(to: packing) { packing in
      withUnsafePointer(to: quantizer.kernelGrid) { grid in
        ck_pack_weight_codes(pointers.weights, pointers.target, packing, grid, totals.pointer)
      }
    }
  }
}

/// From sums of products of codes to y, with batch norm's statistics of it on the way.
final class ScaleSums: Step {
  /// Where the sums are.
  enum Source {
    case sums(BufferID)
    /// Nowhere: they are found on the way, as products of these codes.
    case product(BufferID, Convolution)

    var buffer: BufferID {
      switch self {
      case .sums(let buffer), .product(let buffer, _): buffer
      }
    }
  }

  let label: String
  let kind: StepKind
  let implementation: String?
  private let source: Source
  private let y: ActivationTensor
  private let input: ActivationObserver
  private let weights: PackWeightCodes
  private let bias: Operand?
  private let norm: BatchNormState?
  private let factors: Vector<Float>
  private let shifts: Vector<Int32>
  private let scratch: Vector<Double>
  private var product = ck_code_product()
  private var pointers: (sums: UnsafeMutablePointer<Int32>?, y: UnsafeMutablePointer<Float>)?
  private var biases: UnsafeMutablePointer<Float>?

  init(
    _ label: String, from source: Source, to y: ActivationTensor, input: ActivationObserver,
    _ weights: PackWeightCodes, bias: Operand?, norm: BatchNormState?
  ) {
    self.label = label
    self.source = source
    if case .product = source {
      (kind, implementation) = (.convolution, "own amx_int8")
    } else {
      (kind, implementation) = (.quantization, nil)
    }
    self.y = y
    self.input = input
    self.weights = weights
    self.bias = bias
    self.norm = norm
    factors = Vector(y.shape.channels, repeating: 0)
    shifts = Vector(y.shape.channels, repeating: 0)
    scratch = Vector(norm == nil ? 0 : Int(ck_scratch_count(y.kernelShape)), repeating: 0)
  }

  func bind(_ memory: PlanMemory) {
    var sums: UnsafeMutablePointer<Int32>?
    let read = memory.address(.buffer(source.buffer))
    switch source {
    case .sums: sums = read.assumingMemoryBound(to: Int32.self)
    case .product(_, let convolution):
      product = ck_code_product(
        codes: UnsafePointer(read.assumingMemoryBound(to: UInt8.self)),
        weights: UnsafePointer(
          memory.address(.buffer(weights.target)).assumingMemoryBound(to: Int8.self)),
        inputs: Int64(convolution.inputs), outputs: Int64(convolution.outputs))
    }
    pointers = (sums, memory.floats(.buffer(y.buffer)))
    biases = bias.map(memory.floats)
  }

  func run() {
    guard let pointers else { return }
    let (scale, zeroPoint) = (input.parameters.scale, input.parameters.zeroPoint)
    for channel in 0..<factors.count {
      factors[channel] = scale * weights.quantizer.scales[channel]
      shifts[channel] = zeroPoint &* weights.totals[channel]
    }
    var scaling = ck_sum_scaling(
      channels: Int64(y.shape.channels), shift: UnsafePointer(shifts.pointer),
      factor: UnsafePointer(factors.pointer), bias: biases.map { UnsafePointer($0) })
    ck_scale_sums(
      pointers.sums, &product, pointers.y, y.kernelShape, &scaling, scratch.pointer, norm?.sum.pointer,
      norm?.squareSum.pointer, norm?.minimum.pointer, norm?.maximum.pointer)
  }
}
