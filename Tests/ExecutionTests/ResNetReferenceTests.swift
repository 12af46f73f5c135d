import Execution
import Foundation
import GraphIR
import Quantization
import ReferenceNumbers
import Testing

/// A whole ResNet-18 against PyTorch, from weights that both make by formula.
@Suite struct ResNetReferenceTests {
  static var cases: [JSON] { get throws { try referenceCases("resnet18.json", fixtures: .module) } }

  @Test func trainingAgreesWithPyTorchOverFiveSteps() throws {
    for reference in try Self.cases {
      let salt = try reference.string("salt")
      let model = try formulaResNet(salt: salt)
      let images = formulaValues("input", salt: salt, count: 8 * model.graph.inputShape.count)
      try expectLogits(model, images, reference.tensor("eval_logits").data, within: 1e-3)

      let plan = try TrainingPlan(model, batch: 8, optimizer: .sgd(momentum: 0.9))
      let labels = (0..<8).map { $0 % 10 }
      for (step, expected) in try reference.numbers("losses").enumerated() {
        _ = plan.input.update(fromContentsOf: images)
        try plan.forward()
        let loss = softmaxLoss(plan.logits, labels, into: plan.logitsGradient)
        // From the third step on the chaos of training outgrows rounding.
        #expect(relativeDistance(loss, expected) < (step < 2 ? 1e-3 : 5e-2), "step \(step)")
        try plan.backward()
        if step == 0 { try expectNorms(plan.exportGradients(), reference.numbersByName("first_grad_norms")) }
        plan.update(UpdateRates(learningRate: 0.01, decay: 1e-4))
      }
      let trained = Model(kind: .float, graph: model.graph, parameters: try plan.exportParameters())
      try expectLogits(trained, images, reference.tensor("eval_logits_after").data, within: 5e-2)
    }
  }

  private func expectLogits(_ model: Model, _ images: [Float], _ expected: [Double], within tolerance: Double)
    throws
  {
    let plan = try InferencePlan(foldBatchNorm(model), batch: 8)
    _ = plan.input.update(fromContentsOf: images)
    try plan.run()
    #expect(relativeDistance(plan.logits.map(Double.init), expected) < tolerance)
  }

  private func expectNorms(_ gradients: [String: Tensor], _ expected: [String: Double]) throws {
    for (name, norm) in expected {
      let gradient = try #require(gradients[name])
      let found = gradient.floats.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      #expect(relativeDistance(found, norm) < 1e-3, "\(name)")
    }
  }
}

/// Mean cross-entropy and its gradient, written here so that the engine is tested by itself.
func softmaxLoss(
  _ logits: UnsafeBufferPointer<Float>, _ labels: [Int], into gradient: UnsafeMutableBufferPointer<Float>
) -> Double {
  let classes = logits.count / labels.count
  var loss = 0.0
  for (row, label) in labels.enumerated() {
    let values = logits[row * classes..<(row + 1) * classes].map(Double.init)
    let largest = values.max() ?? 0
    let exponentials = values.map { Foundation.exp($0 - largest) }
    let sum = exponentials.reduce(0, +)
    loss -= values[label] - largest - Foundation.log(sum)
    for column in 0..<classes {
      let probability = exponentials[column] / sum - (column == label ? 1 : 0)
      gradient[row * classes + column] = Float(probability / Double(labels.count))
    }
  }
  return loss / Double(labels.count)
}

/// Value k, from 1, is the top 24 bits of SplitMix64's output at FNV-1a(salt + name) + k·γ, mapped to [−1, 1).
func formulaValues(_ name: String, salt: String, count: Int) -> [Float] {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in (salt + name).utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
  return (1...count).map { index in
    var z = hash &+ UInt64(index) &* 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return Float((z ^ (z >> 31)) >> 40) * 0x1p-24 * 2 - 1
  }
}

private func formulaResNet(salt: String) throws -> Model {
  let architecture = try #require(Architecture.named("resnet18"))
  let graph = try architecture.build(Shape(channels: 3, height: 32, width: 32), 10)
  var parameters = initialParameters(for: graph, seed: 0)
  for (name, tensor) in parameters.tensors {
    let unit = formulaValues(name, salt: salt, count: tensor.count)
    let isScale = name.hasSuffix("running_var") || (name.hasSuffix("weight") && tensor.shape.count == 1)
    let fanIn = tensor.shape.dropFirst().reduce(1, *)
    let spread = tensor.shape.count == 1 ? 0.1 : Float((3 / Double(fanIn)).squareRoot())
    parameters[name] = Tensor(unit.map { (isScale ? 1 : 0) + spread * $0 }, shape: tensor.shape)
  }
  return Model(kind: .float, graph: graph, parameters: parameters)
}
