import GraphIR

extension Graph {
  /// Why tensors must not be computed with as this network's, as a clause that names one; nil where each layer has
  /// those that it reads, of the type and shape that it reads them in.
  ///
  /// The weights' own bytes are known to be those that were written; what wrote them is not known.
  func flaw(of parameters: ParameterSet) -> String? {
    for node in nodes {
      for tensor in node.operation.tensors(of: node.name) {
        if let flaw = tensor.flaw(parameters) { return flaw }
      }
    }
    return nil
  }
}

/// A tensor that a layer reads.
private struct WantedTensor {
  enum Numbers { case float32, int8, int32 }

  var name: String
  var numbers: Numbers
  /// The first is that which is written; scales may stand for one output or for all.
  var shapes: [[Int]]
  var isOptional = false

  func flaw(_ parameters: ParameterSet) -> String? {
    guard let tensor = parameters[name] else { return isOptional ? nil : "tensor \"\(name)\" is missing" }
    switch (tensor.elements, numbers) {
    case (.float32, .float32), (.int8, .int8), (.int32, .int32): break
    default: return "tensor \"\(name)\" has numbers of another type than its layer reads"
    }
    guard shapes.contains(tensor.shape) else {
      return "tensor \"\(name)\" has the shape \(tensor.shape), and its layer reads \(shapes[0])"
    }
    return nil
  }
}

extension Operation {
  fileprivate func tensors(of name: String) -> [WantedTensor] {
    switch self {
    case .input, .activation, .pool, .add, .flatten, .dropout: return []
    case .convolution(let convolution):
      return floats(
        name, weight: convolution.weightShape, outputs: convolution.outputs, hasBias: convolution.hasBias)
    case .dense(let dense):
      return floats(name, weight: dense.weightShape, outputs: dense.outputs, hasBias: dense.hasBias)
    case .batchNorm(let norm):
      return ["weight", "bias", "running_mean", "running_var"].map {
        WantedTensor(name: "\(name).\($0)", numbers: .float32, shapes: [[norm.channels]])
      }
    case .fakeQuantize(let quantizer):
      // A run that was stopped early may not have come to a range.
      return ["min_val", "max_val", "scale", "alpha"].map {
        WantedTensor(
          name: "\(quantizer.observer).\($0)", numbers: .float32, shapes: [[1]], isOptional: true)
      }
    case .integer(let integer): return integer.tensors(of: name)
    }
  }

  private func floats(_ name: String, weight: [Int], outputs: Int, hasBias: Bool) -> [WantedTensor] {
    [
      WantedTensor(name: name + ".weight", numbers: .float32, shapes: [weight]),
      WantedTensor(name: name + ".bias", numbers: .float32, shapes: [[outputs]], isOptional: !hasBias),
      WantedTensor(
        name: name + ".weight_scale", numbers: .float32, shapes: [[outputs], [1]], isOptional: true),
    ]
  }
}

extension IntegerOperation {
  fileprivate func tensors(of name: String) -> [WantedTensor] {
    switch self {
    case .quantize, .dequantize, .requantize, .pool: []
    case .convolution(let layer):
      codes(name, weight: layer.convolution.weightShape, outputs: layer.convolution.outputs, bias: .int32)
    case .dense(let layer):
      codes(name, weight: layer.dense.weightShape, outputs: layer.dense.outputs, bias: .int32)
    case .dynamicDense(let layer):
      codes(name, weight: layer.dense.weightShape, outputs: layer.dense.outputs, bias: .float32)
    }
  }

  private func codes(
    _ name: String, weight: [Int], outputs: Int, bias: WantedTensor.Numbers
  ) -> [WantedTensor] {
    [
      WantedTensor(name: name + ".weight", numbers: .int8, shapes: [weight]),
      WantedTensor(name: name + ".scale", numbers: .float32, shapes: [[outputs]]),
      WantedTensor(name: name + ".bias", numbers: bias, shapes: [[outputs]]),
    ]
  }
}
