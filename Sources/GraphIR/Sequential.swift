/// One layer of a network that is written as a chain: `conv(16, 3) > relu > pool(2) > fc(10)`.
package enum Layer: Hashable, Sendable, Codable {
  /// `padding` nil keeps the size at stride 1: half the kernel.
  case convolution(outputs: Int, kernel: Int, stride: Int = 1, padding: Int? = nil, groups: Int = 1)
  case batchNorm
  case activation(Activation)
  case pool(Pooling)
  case flatten
  /// `rate` from 0 to below 1.
  case dropout(rate: Float)
  /// Flattens its input first where that is an image.
  case dense(outputs: Int)

  var stem: String {
    switch self {
    case .convolution: "conv"
    case .batchNorm: "bn"
    case .activation(let activation): activation.name
    case .pool(let pooling): pooling.kind == .maximum ? "pool" : "avgpool"
    case .flatten: "flatten"
    case .dropout: "dropout"
    case .dense: "fc"
    }
  }
}

/// A layer of a chain that can't take its input, by its place in the chain.
package struct SequentialError: Error, Equatable {
  package var layer: Int
  package var reason: String

  package init(layer: Int, reason: String) {
    self.layer = layer
    self.reason = reason
  }
}

extension Graph {
  /// Builds a chain of layers.
  ///
  /// Layers are named by kind and count: conv1, relu1, conv2, …; a convolution or dense layer that batch
  /// norm follows has no bias.
  package init(sequential layers: [Layer], architecture: String, input: Shape) throws(SequentialError) {
    self.init(architecture: architecture, input: input)
    var counts: [String: Int] = [:]
    for (index, layer) in layers.enumerated() {
      let count = counts[layer.stem, default: 0] + 1
      counts[layer.stem] = count
      let alone = layers.count { $0.stem == layer.stem } == 1 && layer.stem == "fc"
      let followedByNorm = index + 1 < layers.count && layers[index + 1] == .batchNorm
      do {
        try append(
          layer, name: alone ? layer.stem : layer.stem + "\(count)", biased: !followedByNorm)
      } catch {
        throw SequentialError(layer: index, reason: error.reason)
      }
    }
  }

  private mutating func append(_ layer: Layer, name: String, biased: Bool) throws(ShapeError) {
    let input = outputShape
    switch layer {
    case .convolution(let outputs, let kernel, let stride, let padding, let groups):
      let convolution = Convolution(
        inputs: input.channels, outputs: outputs, kernel: kernel, stride: stride,
        padding: padding ?? kernel / 2, groups: groups, hasBias: biased)
      try append(name, .convolution(convolution), output)
    case .batchNorm:
      try append(name, .batchNorm(BatchNorm(channels: input.channels)), output)
    case .activation(let activation): try append(name, .activation(activation), output)
    case .pool(let pooling): try append(name, .pool(pooling), output)
    case .flatten: try append(name, .flatten, output)
    case .dropout(let rate): try append(name, .dropout(Dropout(rate: rate)), output)
    case .dense(let outputs):
      if input.spatial > 1 { try append(name + ".flatten", .flatten, output) }
      try append(name, .dense(Dense(inputs: input.count, outputs: outputs, hasBias: biased)), output)
    }
  }
}
