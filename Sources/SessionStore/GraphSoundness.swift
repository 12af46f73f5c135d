import GraphIR

extension Graph {
  /// Why a graph from a file must not be used, as a clause; nil where every node is fed by earlier ones,
  /// its sizes are possible, and its shape follows from theirs.
  ///
  /// `append` grants this to graphs that the program makes; a decoded one has not gone through it.
  var flaw: String? {
    guard !nodes.isEmpty else { return "its graph has no nodes" }
    guard nodes.indices.contains(output) else { return "its graph's output is not one of its nodes" }
    for (id, node) in nodes.enumerated() {
      guard (node.operation == .input) == (id == 0), node.inputs.isEmpty == (id == 0) else {
        return "node \"\(node.name)\" is an input in the wrong place, or has none"
      }
      guard node.inputs.allSatisfy({ 0 <= $0 && $0 < id }) else {
        return "node \"\(node.name)\" is fed by a later node"
      }
      guard node.shape.isPossible, node.operation.isPossible else {
        return "node \"\(node.name)\" has impossible sizes"
      }
      if id > 0,
        (try? node.operation.outputShape(node.inputs.map { nodes[$0].shape }, node: node.name)) != node.shape
      {
        return "the shape of node \"\(node.name)\" does not follow from its inputs"
      }
    }
    return nil
  }
}

/// Extents up to this multiply without overflow wherever two or three of them meet.
private let possible = 1...(1 << 20)

/// Bits of an integer weight.
private let possibleWidths = 1...8

/// Codes and zero points up to these can be added and subtracted in 32 bits.
private let possibleCodes = -(1 << 16)...(1 << 16)

extension Shape {
  fileprivate var isPossible: Bool { [channels, height, width].allSatisfy(possible.contains) }
}

extension Operation {
  fileprivate var isPossible: Bool {
    switch self {
    case .input, .activation, .add, .flatten: true
    case .fakeQuantize(let quantizer): quantizer.grid.isPossible
    case .quantize(let grid), .dequantize(let grid): grid.isPossible
    case .requantize(let table): table.input.isPossible && table.output.isPossible
    case .batchNorm(let norm): possible.contains(norm.channels)
    case .convolution(let convolution): convolution.isPossible
    case .pool(let pooling): pooling.isPossible
    case .integerPool(let integer): integer.pooling.isPossible && integer.pooling.kind == .average
    case .dense(let dense): dense.isPossible
    case .integerConvolution(let integer):
      integer.convolution.isPossible && possibleWidths.contains(integer.weightBits)
        && [integer.input, integer.residual, integer.output].allSatisfy { $0?.isPossible ?? true }
    case .integerDense(let integer):
      integer.dense.isPossible && possibleWidths.contains(integer.weightBits)
        && [integer.input, integer.output].allSatisfy { $0?.isPossible ?? true }
    case .dynamicDense(let dynamic): dynamic.dense.isPossible && dynamic.input.isPossible
    case .dropout(let dropout): dropout.rate >= 0 && dropout.rate < 1
    }
  }
}

extension Convolution {
  fileprivate var isPossible: Bool {
    [inputs, outputs, kernel, stride, groups].allSatisfy(possible.contains)
      && (0...possible.upperBound).contains(padding) && weightGrid?.isPossible ?? true
  }
}

extension QuantizationGrid {
  fileprivate var isPossible: Bool {
    minimum < maximum && possibleCodes.contains(minimum) && possibleCodes.contains(maximum)
  }
}

extension QuantizationParameters {
  fileprivate var isPossible: Bool {
    grid.isPossible && possibleCodes.contains(Int(zeroPoint)) && scale > 0 && scale.isFinite
  }
}

extension Pooling {
  fileprivate var isPossible: Bool {
    [kernel, stride].allSatisfy(possible.contains) && (0...possible.upperBound).contains(padding)
  }
}

extension Dense {
  fileprivate var isPossible: Bool {
    [inputs, outputs].allSatisfy(possible.contains) && weightGrid?.isPossible ?? true
  }
}
