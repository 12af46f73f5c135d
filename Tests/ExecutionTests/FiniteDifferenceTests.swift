import Execution
import GraphIR
import Testing

/// Backward passes against the slope of the forward pass.
@Suite struct FiniteDifferenceTests {
  struct Network: CustomTestStringConvertible {
    let testDescription: String
    let build: @Sendable (inout Graph) throws -> Void
  }

  static let networks: [Network] = [
    Network(testDescription: "strided convolution, batch norm, ReLU, max pooling") { graph in
      try graph.append(
        "conv",
        .convolution(Convolution(inputs: 2, outputs: 6, kernel: 3, stride: 2, padding: 1, hasBias: false)), 0)
      try graph.append("bn", .batchNorm(BatchNorm(channels: 6)), graph.output)
      try graph.append("relu", .activation(.relu), graph.output)
      try graph.append("pool", .pool(Pooling(.maximum, kernel: 2)), graph.output)
    },
    Network(testDescription: "biased convolution, ReLU6, padded average pooling") { graph in
      try graph.append("conv", .convolution(Convolution(inputs: 2, outputs: 5, kernel: 3)), 0)
      try graph.append("relu", .activation(.relu6), graph.output)
      try graph.append("pool", .pool(Pooling(.average, kernel: 3, stride: 2, padding: 1)), graph.output)
    },
    Network(testDescription: "grouped and depthwise convolutions") { graph in
      try graph.append(
        "grouped", .convolution(Convolution(inputs: 2, outputs: 8, kernel: 3, padding: 1, groups: 2)), 0)
      try graph.append(
        "depthwise",
        .convolution(
          Convolution(inputs: 8, outputs: 8, kernel: 3, padding: 1, groups: 8, hasBias: false)),
        graph.output)
      try graph.append("bn", .batchNorm(BatchNorm(channels: 8)), graph.output)
    },
    Network(testDescription: "residual block with a projection, read twice") { graph in
      let stem = try graph.append(
        "stem", .convolution(Convolution(inputs: 2, outputs: 16, kernel: 3, padding: 1)), 0)
      let side = try graph.append(
        "side", .convolution(Convolution(inputs: 16, outputs: 16, kernel: 1, hasBias: false)), stem)
      let sideNorm = try graph.append("side_bn", .batchNorm(BatchNorm(channels: 16)), side)
      let main = try graph.append(
        "main", .convolution(Convolution(inputs: 16, outputs: 16, kernel: 3, padding: 1, hasBias: false)),
        stem)
      let mainNorm = try graph.append("main_bn", .batchNorm(BatchNorm(channels: 16)), main)
      let sum = try graph.append("add", .add, mainNorm, sideNorm)
      let active = try graph.append("relu", .activation(.relu), sum)
      try graph.append("again", .add, active, stem)
    },
    Network(testDescription: "padded convolutions over planes of 2×2 and 1×1") { graph in
      for (name, inputs, outputs, stride) in [
        ("halved", 2, 16, 2), ("quartered", 16, 16, 2), ("square", 16, 32, 1), ("single", 32, 16, 2),
        ("point", 16, 32, 1),
      ] {
        try graph.append(
          name,
          .convolution(
            Convolution(
              inputs: inputs, outputs: outputs, kernel: 3, stride: stride, padding: 1, hasBias: false)),
          graph.output)
        try graph.append(name + "_bn", .batchNorm(BatchNorm(channels: outputs)), graph.output)
      }
    },
    Network(testDescription: "inverted residuals over planes of 4×4, 2×2 and 1×1, with dropout") { graph in
      try graph.append(
        "stem", .convolution(Convolution(inputs: 2, outputs: 16, kernel: 3, stride: 2, padding: 1)), 0)
      // On one pixel dropout can leave a channel nothing but zeros, which lie on the kink of an activation.
      for (name, stride, active) in [
        ("half", 2, true), ("same", 1, true), ("point", 2, false), ("single", 1, false),
      ] {
        let before = graph.output
        let depthwise = Convolution(
          inputs: 16, outputs: 16, kernel: 3, stride: stride, padding: 1, groups: 16, hasBias: false)
        try graph.append(name, .convolution(depthwise), graph.output)
        try graph.append(name + "_bn", .batchNorm(BatchNorm(channels: 16)), graph.output)
        if active { try graph.append(name + "_relu", .activation(.relu6), graph.output) }
        try graph.append(name + "_dropout", .dropout(Dropout(rate: 0.3)), graph.output)
        if stride == 1 { try graph.append(name + "_add", .add, graph.output, before) }
      }
    },
    Network(testDescription: "padded convolutions of 32 and 48 channels over planes of 8×8, 4×4, 2×2 and 1×1")
    { graph in
      for (name, inputs, outputs, stride) in [
        ("wide", 2, 32, 1), ("square", 32, 48, 1), ("halved", 48, 32, 2), ("small", 32, 32, 1),
        ("quartered", 32, 32, 2), ("tiny", 32, 48, 1), ("single", 48, 32, 2), ("point", 32, 48, 1),
      ] {
        let convolution = Convolution(
          inputs: inputs, outputs: outputs, kernel: 3, stride: stride, padding: 1, hasBias: false)
        try graph.append(name, .convolution(convolution), graph.output)
        try graph.append(name + "_bn", .batchNorm(BatchNorm(channels: outputs)), graph.output)
      }
    },
    Network(testDescription: "convolutions of three channels in the middle") { graph in
      try graph.append("few", .convolution(Convolution(inputs: 2, outputs: 3, kernel: 3, padding: 1)), 0)
      try graph.append("bn", .batchNorm(BatchNorm(channels: 3)), graph.output)
      let strided = Convolution(inputs: 3, outputs: 7, kernel: 5, stride: 3, padding: 1)
      try graph.append("many", .convolution(strided), graph.output)
    },
    // Without a kink: there are few pixels, and one that crosses it would count for much.
    Network(testDescription: "strided kernels of one pixel over few channels") { graph in
      try graph.append("conv1", .convolution(Convolution(inputs: 2, outputs: 5, kernel: 1, stride: 2)), 0)
      try graph.append(
        "conv2", .convolution(Convolution(inputs: 5, outputs: 9, kernel: 1, stride: 2)), graph.output)
    },
    Network(testDescription: "convolutions whose channels fill no block") { graph in
      try graph.append("conv1", .convolution(Convolution(inputs: 2, outputs: 6, kernel: 3, padding: 1)), 0)
      try graph.append("relu1", .activation(.relu), graph.output)
      try graph.append("conv2", .convolution(Convolution(inputs: 6, outputs: 10, kernel: 5)), graph.output)
      try graph.append("relu2", .activation(.relu), graph.output)
    },
    Network(testDescription: "leaky ReLU after batch norm, read twice, and hardswish of the sum") { graph in
      // A slight kink: values that cross it within the distance count for little.
      let leaky = Operation.activation(try #require(Activation("leakyrelu(0.6)")))
      let first = Convolution(inputs: 2, outputs: 6, kernel: 3, padding: 1, hasBias: false)
      try graph.append("conv", .convolution(first), 0)
      try graph.append("bn", .batchNorm(BatchNorm(channels: 6)), graph.output)
      let bent = try graph.append("leaky", leaky, graph.output)
      let more = Convolution(inputs: 6, outputs: 6, kernel: 3, padding: 1, hasBias: false)
      try graph.append("more", .convolution(more), bent)
      try graph.append("add", .add, graph.output, bent)
      try graph.append("smooth", .activation(try #require(Activation("hardswish"))), graph.output)
    },
    Network(testDescription: "hardswish of the images, of a depthwise convolution and of pooling") { graph in
      let hardswish = Operation.activation(try #require(Activation("hardswish")))
      try graph.append("first", hardswish, 0)
      try graph.append("conv", .convolution(Convolution(inputs: 2, outputs: 16, kernel: 3)), graph.output)
      try graph.append("bn1", .batchNorm(BatchNorm(channels: 16)), graph.output)
      try graph.append("second", hardswish, graph.output)
      let depthwise = Convolution(inputs: 16, outputs: 16, kernel: 3, padding: 1, groups: 16, hasBias: false)
      try graph.append("depthwise", .convolution(depthwise), graph.output)
      try graph.append("bn2", .batchNorm(BatchNorm(channels: 16)), graph.output)
      try graph.append("third", hardswish, graph.output)
      try graph.append("pool", .pool(Pooling(.average, kernel: 2)), graph.output)
      try graph.append("fourth", hardswish, graph.output)
    },
    Network(testDescription: "batch norm, pooling and activation that follow no convolution") { graph in
      try graph.append("bn", .batchNorm(BatchNorm(channels: 2)), 0)
      try graph.append("pool", .pool(Pooling(.maximum, kernel: 2)), graph.output)
      try graph.append("relu", .activation(.relu), graph.output)
    },
  ]

  @Test(arguments: networks) func gradientsAreSlopesOfTheLoss(_ network: Network) throws {
    var graph = Graph(architecture: "test", input: Shape(channels: 2, height: 8, width: 8))
    try network.build(&graph)
    try graph.append("flatten", .flatten, graph.output)
    try graph.append("fc", .dense(Dense(inputs: graph.outputShape.count, outputs: 4)), graph.output)
    let model = Model(
      kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 11))
    let images = formulaValues("images", salt: "fd", count: 3 * graph.inputShape.count)
    let direction = formulaValues("direction", salt: "fd", count: 3 * 4)

    let plan = try TrainingPlan(model, batch: 3, optimizer: .adam(), differentiatesInput: true)
    func loss(_ parameters: ParameterSet, _ images: [Float]) throws -> Double {
      try plan.load(parameters)
      _ = plan.input.update(fromContentsOf: images)
      try plan.forward()
      return zip(plan.logits, direction).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    _ = try loss(model.parameters, images)
    _ = plan.logitsGradient.update(fromContentsOf: direction)
    try plan.backward()
    let gradients = try plan.exportGradients()
    let inputGradient = try #require(plan.inputGradient.map(Array.init))

    for (name, gradient) in gradients.sorted(by: { $0.key < $1.key }) {
      let step = formulaValues(name, salt: "step", count: gradient.count)
      let slope = try centralDifference { distance in
        var moved = model.parameters
        moved[name] = Tensor(
          zip(moved[name]?.floats ?? [], step).map { $0 + distance * $1 }, shape: gradient.shape)
        return try loss(moved, images)
      }
      expectSlope(slope, dot(gradient.floats, step), scale: norm(gradient.floats) * norm(step), name)
    }
    let step = formulaValues("input", salt: "step", count: images.count)
    let slope = try centralDifference { distance in
      try loss(model.parameters, zip(images, step).map { $0 + distance * $1 })
    }
    expectSlope(slope, dot(inputGradient, step), scale: norm(inputGradient) * norm(step), "input")
  }

  private func centralDifference(_ loss: (Float) throws -> Double) rethrows -> Double {
    let distance: Float = 1 / 1024
    return (try loss(distance) - loss(-distance)) / Double(2 * distance)
  }

  /// Float rounding and the kinks of ReLU and pooling leave a small part of the greatest possible slope.
  private func expectSlope(_ found: Double, _ expected: Double, scale: Double, _ name: String) {
    #expect(abs(found - expected) < 6e-3 * scale + 1e-3, "\(name): \(found), expected \(expected)")
  }

  private func dot(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
  private func norm(_ a: [Float]) -> Double { dot(a, a).squareRoot() }
}
