import CKernels
import GraphIR
import OneDNN
import Quantization

extension InferencePlanner {
  mutating func planInput(_ group: LayerGroup, images: Operand, input: BufferID) throws {
    let shape = graph.inputShape
    let layout = try TensorLayout.plain(shape.dimensions(batch: batch))
    var tensor = ActivationTensor(buffer: input, layout: layout, shape: shape, batch: batch)
    if case .fixed = images {
      // Images that another plan owns are never written: the first step copies or rounds them.
      tensor = newTensor(layout, shape)
      append(CopyImages(from: images, to: tensor), [tensor.buffer])
    }
    tensors[group.head] = tensor
    try planElementwise(group, source: group.head)
  }

  mutating func planConvolution(_ convolution: Convolution, _ group: LayerGroup, residualDies: Bool) throws {
    let node = graph.nodes[group.head]
    let given = try source(node).asImages
    guard group.norm == nil, convolution.weightGrid == nil else {
      throw PlanError.unsupported(node: node.name, reason: "its batch norm was not folded")
    }
    if convolution.scalesChannels, convolution.hasBias {
      let source = try widened(given, label: node.name + " input")
      let out = newTensor(source.layout, node.shape)
      try append(
        elementwise: group, from: source, to: out,
        factors: (take(node.name + ".weight"), take(node.name + ".bias")))
      tensors[group.output] = out
      return
    }
    let residual = group.residual.flatMap { tensors[$0] }
    var epilogue = LayerEpilogue()
    epilogue.bias = convolution.hasBias ? .float32 : nil
    epilogue.sum = residual == nil ? nil : (1, 0)
    epilogue.bounds = graph.rectifier(of: group).map { (0, $0.ceiling) }
    var source = given
    let chosen: FloatConvolution
    if let half = try halfConvolution(convolution, node, given, epilogue) {
      chosen = half
    } else {
      source = try widened(given, label: node.name + " input")
      chosen = try floatConvolution(convolution, node, source, epilogue)
    }
    let read = try adapted(source, to: chosen.source, label: node.name + " input")
    let layout = chosen.destination ?? source.layout
    let out =
      try residual.map {
        try accumulator($0, layout: layout, shape: node.shape, dies: residualDies, label: node.name)
      } ?? newTensor(layout, node.shape, layout.type)
    let end = SumsEnd(
      bias: chosen.bias, adds: epilogue.sum != nil, bounds: epilogue.bounds ?? (-.infinity, .infinity))
    switch chosen.own {
    case .winograd(let tiles):
      append(tiles, node.name, from: read.buffer, kernels: chosen.weights, to: out.buffer, end)
    case .dense(let sizes):
      append(
        DenseStep(
          node.name, .convolution, sizes, from: read.buffer, weights: chosen.weights, to: out.buffer, end),
        [read.buffer, out.buffer])
    case nil:
      var operands: [(Role, Operand)] = [
        (.source, .buffer(read.buffer)), (.weights, chosen.weights), (.destination, .buffer(out.buffer)),
      ]
      if let bias = chosen.bias { operands.append((.bias, bias)) }
      append(PrimitiveStep(node.name, .convolution, chosen.primitive, operands), [read.buffer, out.buffer])
    }
    tensors[group.output] = out
    try appendFakeQuantize(group, out)
  }

  /// Keeps the input's layout where there is fast code for it.
  func inferenceConvolution(_ sizes: ConvolutionSizes, _ epilogue: LayerEpilogue, _ source: ActivationTensor)
    throws -> Primitive
  {
    let given = LayerLayouts(source: source.type == epilogue.source ? source.layout : nil)
    if sizes.usesWinograd {
      let winograd = try? Primitive.convolution(.forwardInference, sizes, epilogue, given)
      if let winograd { return winograd }
      var direct = sizes
      direct.usesWinograd = false
      return try inferenceConvolution(direct, epilogue, source)
    }
    let kept = Result { () throws(OneDNNError) in
      try Primitive.convolution(.forwardInference, sizes, epilogue, given)
    }
    if case .success(let primitive) = kept, !primitive.isReference { return primitive }
    let free = Result { () throws(OneDNNError) in
      try Primitive.convolution(.forwardInference, sizes, epilogue, LayerLayouts())
    }
    if case .success(let primitive) = free, !primitive.isReference { return primitive }
    return try kept.get()
  }

  mutating func planDense(_ dense: Dense, _ group: LayerGroup) throws {
    let node = graph.nodes[group.head]
    let read = try widened(plainVector(try source(node), label: node.name), label: node.name)
    let out = newTensor(try TensorLayout.plain([batch, dense.outputs]), node.shape)
    let sizes = DenseSizes(batch: batch, inputs: dense.inputs, outputs: dense.outputs)
    let weights = try vector(DenseStep.panels(take(node.name + ".weight"), inputs: dense.inputs))
    let end = SumsEnd(
      bias: try dense.hasBias ? vector(take(node.name + ".bias")) : nil,
      bounds: graph.rectifier(of: group).map { (0, $0.ceiling) } ?? (-.infinity, .infinity))
    append(
      DenseStep(node.name, .dense, sizes, from: read.buffer, weights: weights, to: out.buffer, end),
      [read.buffer, out.buffer])
    tensors[group.output] = out
    try appendFakeQuantize(group, out)
  }

  mutating func planPooling(_ pooling: Pooling, _ node: Graph.Node) throws -> ActivationTensor {
    var source = try source(node).asImages
    let sizes = PoolingSizes(pooling, batch: batch, input: source.shape, output: node.shape)
    var primitive = try Primitive.pooling(
      .forwardInference, sizes, source.type, LayerLayouts(source: source.layout))
    if source.type == .bfloat16, primitive.isReference {
      source = try widened(source, label: node.name)
      primitive = try Primitive.pooling(
        .forwardInference, sizes, source.type, LayerLayouts(source: source.layout))
    }
    let out = newTensor(primitive.layout(.destination) ?? source.layout, node.shape, source.type)
    append(
      PrimitiveStep(
        node.name, .pooling, primitive,
        [(.source, .buffer(source.buffer)), (.destination, .buffer(out.buffer))]),
      [source.buffer, out.buffer])
    return out
  }

  mutating func planCurve(_ curve: ActivationCurve, _ group: LayerGroup) throws {
    let node = graph.nodes[group.head]
    let source = try widened(source(node), label: node.name)
    let out = newTensor(source.layout, node.shape)
    append(CurveStep(node.name, curve, of: source, to: out.buffer), [source.buffer, out.buffer])
    tensors[group.output] = out
    try appendFakeQuantize(group, out)
  }

  /// Batch norm, addition, rectifier and rounding that no convolution carries.
  mutating func planElementwise(_ group: LayerGroup, source id: Graph.NodeID) throws {
    let node = graph.nodes[group.output]
    guard var tensor = tensors[id] else {
      throw PlanError.unsupported(node: node.name, reason: "it has no input")
    }
    let rests = group.norm == nil && group.add == nil && group.activation == nil
    if !rests { tensor = try widened(tensor, label: node.name) }
    if rests {
      if let quantizer = group.fakeQuantize, quantizer != id {
        // The source may have other readers, so rounding writes a tensor of its own.
        let out = newTensor(tensor.layout, tensor.shape)
        try append(elementwise: group, from: tensor, to: out)
        tensor = out
      }
      tensors[group.output] = tensor
      return
    }
    let out = newTensor(tensor.layout, tensor.shape)
    try append(elementwise: group, from: tensor, to: out)
    tensors[group.output] = out
  }

  private mutating func append(
    elementwise group: LayerGroup, from source: ActivationTensor, to out: ActivationTensor,
    factors: (a: [Float], b: [Float])? = nil
  ) throws {
    let node = graph.nodes[group.output]
    let residual = try group.residual.flatMap { tensors[$0] }.map {
      try adapted(try widened($0, label: node.name), to: source.layout, label: node.name)
    }
    let step = ElementwiseStep(
      node.name, from: source, to: out.buffer, residual: residual?.buffer,
      norm: (try factors ?? normCoefficients(group)).map {
        (Vector($0.a, padding: source.paddedChannels), Vector($0.b, padding: source.paddedChannels))
      }, activation: graph.rectifier(of: group),
      quantization: try quantization(of: group))
    append(step, [source.buffer, out.buffer] + [residual?.buffer].compactMap { $0 })
  }

  /// Rounds a layer's fresh output in place.
  private mutating func appendFakeQuantize(_ group: LayerGroup, _ tensor: ActivationTensor) throws {
    guard let quantization = try quantization(of: group) else { return }
    let step = ElementwiseStep(
      graph.nodes[group.output].name, from: tensor, to: tensor.buffer, residual: nil, norm: nil,
      activation: nil, quantization: quantization)
    append(step, [tensor.buffer])
  }

  private func quantization(of group: LayerGroup) throws -> QuantizationParameters? {
    guard let id = group.fakeQuantize, case .fakeQuantize(let quantizer) = graph.nodes[id].operation else {
      return nil
    }
    return try model.quantizationParameters(quantizer)
  }

  /// a and b of out = a·y + b from the running statistics, where a batch norm stands alone.
  private func normCoefficients(_ group: LayerGroup) throws -> (a: [Float], b: [Float])? {
    guard let id = group.norm, case .batchNorm(let norm) = graph.nodes[id].operation else { return nil }
    let name = graph.nodes[id].name
    let gamma = try model.parameter(name + ".weight").floats
    let beta = try model.parameter(name + ".bias").floats
    let mean = try model.parameter(name + ".running_mean").floats
    let variance = try model.parameter(name + ".running_var").floats
    let a = (0..<norm.channels).map { gamma[$0] / (variance[$0] + norm.epsilon).squareRoot() }
    return (a, (0..<norm.channels).map { beta[$0] - a[$0] * mean[$0] })
  }
}
