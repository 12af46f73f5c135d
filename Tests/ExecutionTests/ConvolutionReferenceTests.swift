import Execution
import Foundation
import GraphIR
import ReferenceNumbers
import Testing

/// Single layers against PyTorch.
@Suite struct ConvolutionReferenceTests {
  @Test func foldedConvolutionTrainsLikePyTorch() throws {
    for reference in try referenceCases("conv_bn_qat.json", fixtures: .module) {
      let images = try reference.tensor("x")
      let weight = try reference.tensor("weight")
      let model = try foldedConvolution(reference, input: images.shape, weight: weight)
      let plan = try TrainingPlan(
        model, batch: images.shape[0], optimizer: .adam(), differentiatesInput: true)
      _ = plan.input.update(fromContentsOf: images.floats)
      try plan.forward()
      try expect(plan.logits.map(Double.init), "y", in: reference)
      _ = plan.logitsGradient.update(fromContentsOf: try reference.tensor("grad_y").floats)
      try plan.backward()
      let gradients = try plan.exportGradients()
      try expect(gradients["conv.weight"], "grad_weight", in: reference)
      try expect(gradients["bn.weight"], "grad_gamma", in: reference)
      try expect(gradients["bn.bias"], "grad_beta", in: reference)
      try expect(plan.inputGradient.map { $0.map(Double.init) }, "grad_x", in: reference)
      let after = try plan.exportParameters()
      try expect(after["bn.running_mean"], "new_running_mean", in: reference)
      try expect(after["bn.running_var"], "new_running_var", in: reference)
    }
  }

  private func expect(_ found: Tensor?, _ name: String, in reference: JSON) throws {
    try expect(found?.floats.map(Double.init), name, in: reference)
  }

  private func expect(_ found: [Double]?, _ name: String, in reference: JSON) throws {
    let found = try #require(found)
    #expect(relativeDistance(found, try reference.tensor(name).data) < 1e-4, "\(name)")
  }

  private func foldedConvolution(_ reference: JSON, input: [Int], weight: ReferenceTensor) throws -> Model {
    var convolution = Convolution(
      inputs: input[1], outputs: weight.shape[0], kernel: try reference.integer("kernel"),
      stride: try reference.integer("stride"), padding: try reference.integer("padding"),
      groups: try reference.integer("groups"), hasBias: false)
    convolution.weightGrid = QuantizationGrid(minimum: -127, maximum: 127, symmetric: true, perChannel: true)
    var graph = Graph(
      architecture: "layer", input: Shape(channels: input[1], height: input[2], width: input[3]))
    try graph.append("conv", .convolution(convolution), graph.output)
    let norm = BatchNorm(
      channels: weight.shape[0], epsilon: Float(try reference.number("eps")),
      momentum: Float(try reference.number("momentum")))
    try graph.append("bn", .batchNorm(norm), graph.output)
    try graph.append("flatten", .flatten, graph.output)
    let parameters = ParameterSet([
      "conv.weight": Tensor(weight.floats, shape: convolution.weightShape),
      "bn.weight": Tensor(try reference.tensor("gamma").floats),
      "bn.bias": Tensor(try reference.tensor("beta").floats),
      "bn.running_mean": Tensor(try reference.tensor("running_mean").floats),
      "bn.running_var": Tensor(try reference.tensor("running_var").floats),
    ])
    return Model(kind: .fakeQuantized, graph: graph, parameters: parameters)
  }

  @Test func integerConvolutionGivesPyTorchsCodes() throws {
    for reference in try referenceCases("int8_conv.json", fixtures: .module) {
      let codes = try reference.tensor("x")
      let grid = QuantizationGrid(minimum: 0, maximum: 255, symmetric: false)
      let input = QuantizationParameters(
        scale: Float(try reference.number("x_scale")),
        zeroPoint: Int32(try reference.integer("x_zero_point")), grid: grid)
      let output = QuantizationParameters(
        scale: Float(try reference.number("y_scale")),
        zeroPoint: Int32(try reference.integer("y_zero_point")), grid: grid)
      let plan = try InferencePlan(
        integerConvolution(reference, input: input, output: output, shape: codes.shape),
        batch: codes.shape[0])
      // Values in the middle of their steps, so that rounding gives the codes back.
      _ = plan.input.update(
        fromContentsOf: codes.data.map { Float($0 - Double(input.zeroPoint)) * input.scale })
      try plan.run()
      let found = try #require(plan.codes)
      let expected = try reference.tensor("y").data
      #expect(found.count == expected.count)
      let distances = zip(found, expected).map { abs(Int($0) - Int($1)) }
      #expect(distances.max() ?? .max <= 1)
      #expect(Double(distances.count { $0 > 0 }) <= 0.01 * Double(distances.count))
    }
  }

  private func integerConvolution(
    _ reference: JSON, input: QuantizationParameters, output: QuantizationParameters, shape: [Int]
  ) throws -> Model {
    let weight = try reference.tensor("weight")
    let scales = try reference.tensor("weight_scale").floats
    let convolution = Convolution(
      inputs: shape[1], outputs: weight.shape[0], kernel: weight.shape[2],
      stride: try reference.integer("stride"), padding: try reference.integer("padding"))
    var graph = Graph(
      architecture: "layer", input: Shape(channels: shape[1], height: shape[2], width: shape[3]))
    try graph.append("quantize", .integer(.quantize(input)), graph.output)
    let integer = IntegerConvolution(
      convolution: convolution, input: input, output: output,
      activation: try reference.flag("relu") ? .relu : nil)
    try graph.append("conv", .integer(.convolution(integer)), graph.output)
    let biases = zip(try reference.tensor("bias").data, scales).map { bias, scale in
      Int32((bias / (Double(input.scale) * Double(scale))).rounded(.toNearestOrEven))
    }
    let parameters = ParameterSet([
      "conv.weight": Tensor(shape: weight.shape, elements: .int8(weight.data.map { Int8($0) })),
      "conv.scale": Tensor(scales),
      "conv.bias": Tensor(shape: [biases.count], elements: .int32(biases)),
    ])
    return Model(kind: .integer, graph: graph, parameters: parameters)
  }
}
