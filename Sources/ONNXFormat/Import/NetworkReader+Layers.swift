import GraphIR

/// What each operator becomes.
extension NetworkReader {
  mutating func readLayer(_ view: NodeView) throws(ImportError) {
    switch view.node.operation {
    case "Conv": try readConvolution(view)
    case "BatchNormalization": try readBatchNorm(view)
    case "Relu": try append(view, .activation(.relu), [try source(view)])
    case "Clip": try readClip(view)
    case "LeakyRelu": try readCurve(view, "leakyrelu(\(view.real("alpha", otherwise: 0.01)))")
    case "HardSwish": try readCurve(view, "hardswish")
    case "MaxPool", "AveragePool": try readPool(view)
    case "GlobalAveragePool": try append(view, .pool(.globalAverage), [try source(view)])
    case "Add": try readAdd(view)
    case "ReduceMean": try readMean(view)
    case "Gemm": try readGemm(view)
    case "MatMul": try readProduct(view)
    case "Flatten":
      guard try view.integer("axis", otherwise: 1) == 1 else {
        throw view.refusal("joins the images of a batch")
      }
      try readFlatten(view)
    case "Reshape": try readReshape(view)
    case "Dropout": try readDropout(view)
    case "Identity": try define(view, as: try source(view))
    default: throw view.refusal("is no layer that a network here can have")
    }
  }

  private mutating func readConvolution(_ view: NodeView) throws(ImportError) {
    let input = try source(view)
    guard let weight = try constant(view, 1), let values = weight.reals, weight.shape.count == 4,
      weight.shape[2] == weight.shape[3]
    else { throw view.refusal("has no constant weights for a square window") }
    try view.requireNoDilation()
    let groups = try view.integer("group", otherwise: 1)
    let stride = try view.uniform("strides", count: 2, otherwise: 1)
    let kernel = weight.shape[2]
    let (inputs, overflow) = weight.shape[1].multipliedReportingOverflow(by: groups)
    guard groups > 0, !overflow else { throw view.refusal("has an impossible number of groups") }
    let bias = try constant(view, 2)
    guard try view.uniform("kernel_shape", count: 2, otherwise: kernel) == kernel,
      bias == nil || bias?.reals?.count == weight.shape[0]
    else { throw view.refusal("contradicts the shape of its weights") }
    let convolution = Convolution(
      inputs: inputs, outputs: weight.shape[0], kernel: kernel, stride: stride,
      padding: try view.padding(kernel: kernel, stride: stride), groups: groups, hasBias: bias != nil)
    var parameters = ["weight": Tensor(values, shape: weight.shape)]
    if let bias = bias?.reals { parameters["bias"] = Tensor(bias) }
    try append(view, .convolution(convolution), [input], parameters: parameters)
  }

  private mutating func readBatchNorm(_ view: NodeView) throws(ImportError) {
    let input = try source(view)
    guard try view.integer("training_mode", otherwise: 0) == 0, try view.integer("spatial", otherwise: 1) == 1
    else { throw view.refusal("takes the statistics of each batch") }
    var parameters: [String: Tensor] = [:]
    var channels: Int?
    for (place, end) in ["weight", "bias", "running_mean", "running_var"].enumerated() {
      guard let values = try constant(view, place + 1)?.reals, values.count == channels ?? values.count else {
        throw view.refusal("has no constant \(end), one value a channel")
      }
      channels = values.count
      parameters[end] = Tensor(values)
    }
    // ONNX's momentum is the share that is kept.
    let momentum = 1 - view.real("momentum", otherwise: 0.9)
    let epsilon = view.real("epsilon", otherwise: 1e-5)
    guard epsilon > 0, epsilon.isFinite, parameters["running_var"]?.floats.allSatisfy({ $0 >= 0 }) == true
    else { throw view.refusal("has variances below 0, or an epsilon that is not above it") }
    let norm = BatchNorm(
      channels: channels ?? 0, epsilon: epsilon, momentum: (0...1).contains(momentum) ? momentum : 0.1)
    try append(view, .batchNorm(norm), [input], parameters: parameters)
  }

  /// Its bounds were attributes before opset 11.
  private mutating func readClip(_ view: NodeView) throws(ImportError) {
    let input = try source(view)
    let low =
      try view.opset < 11 ? view.real("min", otherwise: -.infinity) : constant(view, 1)?.number ?? -.infinity
    let high =
      try view.opset < 11 ? view.real("max", otherwise: .infinity) : constant(view, 2)?.number ?? .infinity
    switch (low, high) {
    case (0, 6): try append(view, .activation(.relu6), [input])
    case (0, Float.greatestFiniteMagnitude...): try append(view, .activation(.relu), [input])
    default: throw view.refusal("cuts at \(low) and \(high): ReLU and ReLU6 alone are known")
    }
  }

  private mutating func readCurve(_ view: NodeView, _ words: String) throws(ImportError) {
    guard let activation = Activation(words) else { throw view.refusal("has a slope outside 0 to 1") }
    try append(view, .activation(activation), [try source(view)])
  }

  private mutating func readPool(_ view: NodeView) throws(ImportError) {
    let input = try source(view)
    let isMaximum = view.node.operation == "MaxPool"
    guard view.node.outputs.count == 1 else { throw view.refusal("gives the places of its maxima too") }
    guard view.has("kernel_shape") else { throw view.refusal("has no window") }
    let kernel = try view.uniform("kernel_shape", count: 2, otherwise: 1)
    let stride = try view.uniform("strides", count: 2, otherwise: 1)
    let padding = try view.padding(kernel: kernel, stride: stride)
    try view.requireNoDilation()
    let countsPadding = try view.integer("count_include_pad", otherwise: 0) == 1
    guard isMaximum || padding == 0 || countsPadding else {
      throw view.refusal("leaves padding out of its averages")
    }
    if try view.integer("ceil_mode", otherwise: 0) != 0 {
      let shape = layers[input].shape
      guard stride > 0, (1...1 << 20).contains(kernel), (0...kernel).contains(padding),
        [shape.height, shape.width].allSatisfy({ ($0 + 2 * padding - kernel) % stride == 0 })
      else { throw view.refusal("has windows that reach over the edge") }
    }
    let pooling = Pooling(
      isMaximum ? .maximum : .average, kernel: kernel, stride: stride, padding: padding)
    try append(view, .pool(pooling), [input])
  }

  /// Means over the plane; its axes were an attribute before opset 18.
  private mutating func readMean(_ view: NodeView) throws(ImportError) {
    let axes = try view.opset < 18 ? view.integers("axes") : constant(view, 1)?.integers ?? []
    guard Set(axes.map { $0 < 0 ? $0 + 4 : $0 }) == [2, 3], layers[try source(view)].isImage else {
      throw view.refusal("takes means over other axes than those of the plane")
    }
    try append(view, .pool(.globalAverage), [try source(view)])
    guard try view.integer("keepdims", otherwise: 1) == 0 else { return }
    let mean = try source(ofOutput: view)
    try append(view, .flatten, [mean])
  }

  private mutating func readFlatten(_ view: NodeView) throws(ImportError) {
    let input = try source(view)
    guard layers[input].isImage else { return try define(view, as: input) }
    try append(view, .flatten, [input])
  }

  /// To rows of features: [images of a batch, features].
  ///
  /// The images are 0 (as before), −1 (as many as there are), or as many as the file is for.
  private mutating func readReshape(_ view: NodeView) throws(ImportError) {
    let zeroCopies = try view.integer("allowzero", otherwise: 0) == 0
    guard let sizes = try constant(view, 1)?.integers, sizes.count == 2,
      sizes[0] == -1 || sizes[0] == batch || (zeroCopies && sizes[0] == 0),
      sizes[1] > 0 || (sizes[1] == -1 && sizes[0] != -1)
    else { throw view.refusal("gives images another shape than rows of features") }
    let features = layers[try source(view)].shape.count
    guard sizes[1] == -1 || sizes[1] == features else {
      throw view.refusal("gives images of \(features) values \(sizes[1]) features")
    }
    try readFlatten(view)
  }

  private mutating func readDropout(_ view: NodeView) throws(ImportError) {
    let input = try source(view)
    let rate = try view.opset < 12 ? view.real("ratio", otherwise: 0.5) : constant(view, 1)?.number ?? 0.5
    guard rate > 0, rate < 1 else { return try define(view, as: input) }
    try append(view, .dropout(Dropout(rate: rate)), [input])
  }
}

/// Sums and products.
extension NetworkReader {
  /// Of two layers, or of a layer and a bias.
  private mutating func readAdd(_ view: NodeView) throws(ImportError) {
    for (place, other) in [(0, 1), (1, 0)] {
      guard let name = view.optionalInput(other), let bias = constants[name] else { continue }
      let layer = try source(view, place)
      guard let values = bias.reals, bias.shape.filter({ $0 != 1 }).count <= 1,
        try addBias(values, to: layer, view)
      else { throw view.refusal("adds a constant that is no bias of the layer before it") }
      return
    }
    try append(view, .add, [try source(view), try source(view, 1)])
  }

  private mutating func readGemm(_ view: NodeView) throws(ImportError) {
    guard view.real("alpha", otherwise: 1) == 1, view.real("beta", otherwise: 1) == 1,
      try view.integer("transA", otherwise: 0) == 0
    else { throw view.refusal("scales or turns what it multiplies") }
    let turns = try view.integer("transB", otherwise: 0) == 0
    let bias = try constant(view, 2)
    try readDense(view, turns: turns, bias: bias)
  }

  private mutating func readProduct(_ view: NodeView) throws(ImportError) {
    try readDense(view, turns: true, bias: nil)
  }

  /// `turns` where the weights are [inputs, outputs].
  private mutating func readDense(
    _ view: NodeView, turns: Bool, bias: ImportedConstant?
  ) throws(ImportError) {
    let input = try source(view)
    guard let weight = try constant(view, 1), let values = weight.reals, weight.shape.count == 2 else {
      throw view.refusal("has no constant matrix of weights")
    }
    let (outputs, inputs) = turns ? (weight.shape[1], weight.shape[0]) : (weight.shape[0], weight.shape[1])
    var parameters: [String: Tensor] = [:]
    if turns {
      let turned = (0..<values.count).map { values[$0 % inputs * outputs + $0 / inputs] }
      parameters["weight"] = Tensor(turned, shape: [outputs, inputs])
    } else {
      parameters["weight"] = Tensor(values, shape: weight.shape)
    }
    if let bias {
      guard let values = bias.reals, values.count == outputs || values.count == 1 else {
        throw view.refusal("has a bias of another size than its outputs")
      }
      parameters["bias"] = Tensor(
        values.count == outputs ? values : Array(repeating: values[0], count: outputs))
    }
    let dense = Dense(inputs: inputs, outputs: outputs, hasBias: bias != nil)
    try append(view, .dense(dense), [input], parameters: parameters)
  }
}
