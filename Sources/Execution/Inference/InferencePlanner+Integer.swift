import CKernels
import GraphIR
import OneDNN
import Quantization

extension InferencePlanner {
  /// Images, or what a float layer computed, to codes.
  mutating func planQuantize(_ grid: QuantizationParameters, _ node: Graph.Node, id: Graph.NodeID) throws {
    let dimensions = node.shape.dimensions(batch: batch)
    let source = try rowMajor(try source(node), label: node.name)
    let codes = newTensor(try TensorLayout.plain(dimensions, .uint8), node.shape, .uint8)
    let step = QuantizeStep(node.name, from: source, to: codes.buffer, grid: grid)
    append(step, [source.buffer, codes.buffer])
    tensors[id] = codes
  }

  /// Codes to what a float layer reads.
  mutating func planDequantize(_ grid: QuantizationParameters, _ node: Graph.Node, id: Graph.NodeID) throws {
    let dimensions = node.shape.dimensions(batch: batch)
    let source = try rowMajor(try source(node), label: node.name)
    let floats = newTensor(try TensorLayout.plain(dimensions), node.shape)
    let step = DequantizeStep(node.name, from: source, to: floats.buffer, grid: grid)
    append(step, [source.buffer, floats.buffer])
    tensors[id] = floats
  }

  mutating func rowMajor(_ tensor: ActivationTensor, label: String) throws -> ActivationTensor {
    // Over one pixel each image's channels lie together in every layout.
    if tensor.shape.spatial == 1, tensor.paddedChannels == tensor.shape.channels { return tensor }
    let plain = try TensorLayout.plain(tensor.shape.dimensions(batch: batch), tensor.type)
    return try adapted(tensor, to: plain, label: label)
  }

  /// Codes to codes of another grid.
  mutating func planTable(_ table: Requantization, _ node: Graph.Node, id: Graph.NodeID) throws {
    let source = try source(node)
    let out = newTensor(source.layout, node.shape, .uint8)
    append(
      CodeTableStep(node.name, from: source, to: out.buffer, table: table), [source.buffer, out.buffer])
    tensors[id] = out
  }

  mutating func planInteger(
    _ integer: IntegerConvolution, _ node: Graph.Node, id: Graph.NodeID, residual: Graph.NodeID?,
    residualDies: Bool
  ) throws {
    let convolution = integer.convolution
    var source = try source(node).asImages
    let weights = try IntegerWeights(node.name, in: model, inputScale: integer.input.scale)
    if convolution.scalesChannels, residual == nil {
      return planScaling(integer, weights, node, id: id, source)
    }
    let crop = KernelCrop(convolution, input: source.shape, output: node.shape)
    var effective = crop?.convolution ?? convolution
    if effective.stepsUnevenly {
      source = try subsampled(source, stride: effective.stride, node)
      effective.stride = 1
    }
    let sizes = ConvolutionSizes(effective, batch: batch, input: source.shape, output: node.shape)
    var biases = weights.biases
    // Without padding, the input's zero point is a constant of each output: it joins the bias.
    let padded = effective.padding > 0
    let codes = crop?.cropped(weights.codes, kernel: convolution.kernel) ?? weights.codes
    if !padded { weights.subtract(zeroPoint: integer.input.zeroPoint, times: codes, from: &biases) }
    let plain = try TensorLayout.plain(effective.weightDimensions, .int8)
    let zeroPoint = padded ? integer.input.zeroPoint : 0
    // Channels of their own have one product a tap: nothing is added in 16 bits.
    if effective.fanInChannels > 1, saturates(codes, codesUpTo: integer.input.grid.maximum) {
      let sums = try wideSums(.convolution(sizes, source, zeroPoint: zeroPoint), codes, plain, node)
      return try planOutput(
        of: sums, biases, weights, integer, node, id: id, residual: residual.flatMap { tensors[$0] })
    }
    var epilogue = LayerEpilogue()
    (epilogue.source, epilogue.weights, epilogue.destination) = (.uint8, .int8, .uint8)
    epilogue.bias = .int32
    epilogue.scales = weights.multipliers(output: integer.output)
    epilogue.sourceZeroPoint = zeroPoint
    epilogue.destinationZeroPoint = integer.output.zeroPoint
    epilogue.rounds = integer.output.zeroPoint != 0
    if let grid = integer.residual {
      epilogue.sum = (grid.scale / integer.output.scale, 0)
    }
    epilogue.bounds = codeBounds(integer.activation, integer.output)
    let primitive = try inferenceConvolution(sizes, epilogue, source)
    let read = try adapted(source, to: primitive.layout(.source), label: node.name + " input")
    let layout = primitive.layout(.destination) ?? read.layout
    let out =
      try residual.flatMap { tensors[$0] }.map {
        try accumulator($0, layout: layout, shape: node.shape, dies: residualDies, label: node.name)
      } ?? newTensor(layout, node.shape, .uint8)
    let operands: [(Role, Operand)] = [
      (.source, .buffer(read.buffer)),
      (.weights, try constant(codes, plain, as: primitive.layout(.weights) ?? plain)),
      (.bias, try biasOperand(biases)), (.destination, .buffer(out.buffer)),
    ]
    append(PrimitiveStep(node.name, .convolution, primitive, operands), [read.buffer, out.buffer])
    tensors[id] = out
  }

  /// The pixels that a 1×1 kernel visits.
  private mutating func subsampled(
    _ source: ActivationTensor, stride: Int, _ node: Graph.Node
  ) throws -> ActivationTensor {
    let shape = Shape(channels: source.shape.channels, height: node.shape.height, width: node.shape.width)
    let sizes = PoolingSizes(
      Pooling(.maximum, kernel: 1, stride: stride), batch: batch, input: source.shape, output: shape)
    let primitive = try Primitive.pooling(
      .forwardInference, sizes, source.type, LayerLayouts(source: source.layout))
    let out = newTensor(primitive.layout(.destination) ?? source.layout, shape, source.type)
    append(
      PrimitiveStep(
        node.name + " subsample", .pooling, primitive,
        [(.source, .buffer(source.buffer)), (.destination, .buffer(out.buffer))]),
      [source.buffer, out.buffer])
    return out
  }

  /// A factor and an offset of each channel.
  private mutating func planScaling(
    _ integer: IntegerConvolution, _ weights: IntegerWeights, _ node: Graph.Node, id: Graph.NodeID,
    _ source: ActivationTensor
  ) {
    let out = newTensor(source.layout, node.shape, .uint8)
    let requantization = SumRequantization(
      scales: weights.multipliers(output: integer.output), biases: weights.biases,
      channels: source.paddedChannels, activation: integer.activation, output: integer.output)
    let step = ScaleCodesStep(
      node.name, from: source, to: out.buffer, weights: weights.codes, zeroPoint: integer.input.zeroPoint,
      requantization)
    append(step, [source.buffer, out.buffer])
    tensors[id] = out
  }

  mutating func planInteger(_ integer: IntegerDense, _ node: Graph.Node, id: Graph.NodeID) throws {
    let dense = integer.dense
    let read = try plainVector(try source(node), label: node.name)
    let weights = try IntegerWeights(node.name, in: model, inputScale: integer.input.scale)
    var biases = weights.biases
    weights.subtract(zeroPoint: integer.input.zeroPoint, times: weights.codes, from: &biases)
    let plain = try TensorLayout.plain(dense.weightShape, .int8)
    let sizes = DenseSizes(batch: batch, inputs: dense.inputs, outputs: dense.outputs)
    let type: ElementType = integer.output == nil ? .float32 : .uint8
    if saturates(weights.codes, codesUpTo: integer.input.grid.maximum) {
      let sums = try wideSums(.dense(sizes, read), weights.codes, plain, node)
      let out = newTensor(try TensorLayout.plain([batch, dense.outputs], type), node.shape, type)
      let requantization = SumRequantization(
        scales: weights.multipliers(output: integer.output), biases: biases, channels: dense.outputs,
        products: dense.inputs, activation: integer.activation, output: integer.output)
      return appendOutput(of: sums, requantization, residual: nil, node, id: id, to: out)
    }
    var epilogue = LayerEpilogue()
    (epilogue.source, epilogue.weights, epilogue.destination) = (.uint8, .int8, type)
    epilogue.bias = .int32
    epilogue.scales = weights.multipliers(output: integer.output)
    if let output = integer.output {
      epilogue.bounds = codeBounds(integer.activation, output)
      epilogue.rounds = output.zeroPoint != 0
      epilogue.offset = Float(output.zeroPoint)
    } else {
      epilogue.bounds = integer.activation?.bounds(in: nil)
    }
    let out = newTensor(try TensorLayout.plain([batch, dense.outputs], type), node.shape, type)
    let primitive = try Primitive.dense(
      .forwardInference, sizes, epilogue, LayerLayouts(source: read.layout, destination: out.layout))
    append(
      PrimitiveStep(
        node.name, .dense, primitive,
        [
          (.source, .buffer(read.buffer)),
          (.weights, try constant(weights.codes, plain, as: primitive.layout(.weights) ?? plain)),
          (.bias, try biasOperand(biases)), (.destination, .buffer(out.buffer)),
        ]),
      [read.buffer, out.buffer])
    tensors[id] = out
  }

  /// Bounds of the activation and of the grid, in steps above the output's zero point; u8's own need no clamp.
  private func codeBounds(_ activation: Rectifier?, _ output: QuantizationParameters) -> (
    low: Float, high: Float
  )? {
    let least = Float(output.grid.minimum) - Float(output.zeroPoint)
    let most = Float(output.grid.maximum) - Float(output.zeroPoint)
    var bounds: (low: Float, high: Float) = (-.infinity, .infinity)
    if output.grid.minimum > 0 || output.grid.maximum < 255 { bounds = (least, most) }
    if let activation {
      let passed = activation.bounds(in: output)
      bounds = (max(bounds.low, passed.low), min(bounds.high, passed.high))
    }
    return bounds.low == -.infinity && bounds.high == .infinity ? nil : bounds
  }

  private mutating func biasOperand(_ biases: [Int64]) throws -> Operand {
    let vector = try TensorLayout.plain([biases.count], .int32)
    return try constant(biases.map { Int32(clamping: $0) }, vector, as: vector)
  }
}

extension Convolution {
  /// Input channels that an output sees.
  fileprivate var fanInChannels: Int { inputs / groups }
}

/// Codes of one layer's weights, and the arithmetic of its constants.
struct IntegerWeights {
  let codes: [Int8]
  let scales: [Float]
  /// In units of input scale × weight scale, with the residual's zero point; wide, so that constants can be gathered
  /// without overflow.
  let biases: [Int64]
  private let inputScale: Float

  init(_ name: String, in model: Model, inputScale: Float) throws(RewriteError) {
    let weight = try model.parameter(name + ".weight")
    codes = weight.int8s
    scales = try model.parameter(name + ".scale").floats
    biases = try model.parameter(name + ".bias").int32s.map(Int64.init)
    self.inputScale = inputScale
    guard !codes.isEmpty, scales.count == weight.shape[0], biases.count == scales.count else {
      throw .missingParameter(name + ".weight")
    }
  }

  /// input scale × weight scale / output scale; without an output the result is float, in units of 1.
  func multipliers(output: QuantizationParameters?) -> [Float] {
    scales.map { inputScale * $0 / (output?.scale ?? 1) }
  }

  /// Σ (q − z)·w = Σ q·w − z·Σ w, over the codes that every position meets.
  func subtract(zeroPoint: Int32, times codes: [Int8], from biases: inout [Int64]) {
    let rest = codes.count / biases.count
    for (index, code) in codes.enumerated() { biases[index / rest] -= Int64(zeroPoint) * Int64(code) }
  }
}
