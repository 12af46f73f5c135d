import CKernels
import GraphIR
import OneDNN
import Quantization

extension InferencePlanner {
  /// Range of the input, its codes, integer sums, and those as float.
  mutating func planDynamic(_ dynamic: DynamicDense, _ group: LayerGroup) throws {
    let node = graph.nodes[group.head]
    let dense = dynamic.dense
    let read = try plainVector(try source(node), label: node.name)
    let codes = newTensor(try TensorLayout.plain([batch, dense.inputs], .uint8), read.shape, .uint8)
    let out = newTensor(try TensorLayout.plain([batch, dense.outputs]), node.shape)
    let range = InputRange(grid: dynamic.input)
    append(
      QuantizeInputStep(node.name + " quantize", from: read, to: codes.buffer, range: range),
      [read.buffer, codes.buffer])
    let weights = try DynamicWeights(node.name, in: model)
    let sizes = DenseSizes(batch: batch, inputs: dense.inputs, outputs: dense.outputs)
    let plain = try TensorLayout.plain(dense.weightShape, .int8)
    let layer = BareLayer.dense(sizes, codes)
    let sums =
      saturates(weights.codes, codesUpTo: dynamic.input.maximum)
      ? try wideSums(layer, weights.codes, plain, node)
      : try planSums(layer, weights.codes, plain, node, split: false)
    let step = DequantizeSumsStep(
      node.name + " dequantize", from: sums.map(\.buffer), to: out.buffer, batch: batch, weights: weights,
      activation: graph.rectifier(of: group), range: range)
    append(step, sums.map(\.buffer) + [out.buffer])
    tensors[group.output] = out
  }
}

/// Scale and zero point of one run's input, which one step finds and another needs.
private final class InputRange {
  let grid: QuantizationGrid
  var parameters: QuantizationParameters

  init(grid: QuantizationGrid) {
    self.grid = grid
    parameters = QuantizationParameters(scale: 1, zeroPoint: 0, grid: grid)
  }
}

/// Finds the range of a batch and rounds it to codes.
private final class QuantizeInputStep: Step {
  let label: String
  let kind = StepKind.quantization
  private let source: ActivationTensor
  private let target: BufferID
  private let range: InputRange
  private var pointers: (source: UnsafeMutablePointer<Float>, target: UnsafeMutableRawPointer)?

  init(_ label: String, from source: ActivationTensor, to target: BufferID, range: InputRange) {
    self.label = label
    self.source = source
    self.target = target
    self.range = range
  }

  func bind(_ memory: PlanMemory) {
    pointers = (memory.floats(.buffer(source.buffer)), memory.address(.buffer(target)))
  }

  func run() {
    guard let pointers else { return }
    let count = Int64(source.storedCount)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2) { ends in
      guard let base = ends.baseAddress else { return }
      ck_range(pointers.source, count, base)
      range.parameters = chooseQuantizationParameters(minimum: base[0], maximum: base[1], grid: range.grid)
    }
    ck_quantize_u8(
      pointers.source, pointers.target.assumingMemoryBound(to: UInt8.self), count, ck_grid(range.parameters))
  }
}

/// Codes of a dynamic layer's weights, row by row, with a scale and a bias for each output.
private struct DynamicWeights {
  let codes: [Int8]
  let scales, bias: [Float]

  init(_ name: String, in model: Model) throws {
    codes = try model.parameter(name + ".weight").int8s
    scales = try model.parameter(name + ".scale").floats
    bias = try model.parameter(name + ".bias").floats
  }
}

/// scale·(sum − z·Σw) + bias: Σ (q − z)·w, in the unit of the input's scale times the weight's.
private final class DequantizeSumsStep: Step {
  let label: String
  let kind = StepKind.quantization
  private let sources: [BufferID]
  private let target: BufferID
  private let batch: Int
  private let weightSums: [Int32]
  private let scales, bias: [Float]
  private let bounds: (low: Float, high: Float)
  private let range: InputRange
  private var sums: [UnsafeMutablePointer<Int32>] = []
  private var pointer: UnsafeMutablePointer<Float>?

  init(
    _ label: String, from sources: [BufferID], to target: BufferID, batch: Int, weights: DynamicWeights,
    activation: Rectifier?, range: InputRange
  ) {
    self.label = label
    self.sources = sources
    self.target = target
    self.batch = batch
    (scales, bias) = (weights.scales, weights.bias)
    self.range = range
    bounds = activation.map { (0, $0.ceiling) } ?? (-.infinity, .infinity)
    let rest = weights.codes.count / weights.scales.count
    weightSums = weights.scales.indices.map { output in
      weights.codes[output * rest..<(output + 1) * rest].reduce(0) { $0 + Int32($1) }
    }
  }

  func bind(_ memory: PlanMemory) {
    sums = sources.map { memory.address(.buffer($0)).assumingMemoryBound(to: Int32.self) }
    pointer = memory.floats(.buffer(target))
  }

  func run() {
    guard let pointer else { return }
    let input = range.parameters
    let outputs = scales.count
    for row in 0..<batch {
      for output in 0..<outputs {
        var sum = -input.zeroPoint * weightSums[output]
        for part in sums { sum += part[row * outputs + output] }
        let value = Float(sum) * (input.scale * scales[output]) + bias[output]
        pointer[row * outputs + output] = min(max(value, bounds.low), bounds.high)
      }
    }
  }
}
