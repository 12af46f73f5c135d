import Datasets
import GraphIR
import Quantization
import Testing
import Training

/// Each architecture all the way: train, QAT, integers.
@Suite struct ArchitectureTrainingTests {
  /// resnet34 is built of resnet18's blocks.
  @Test(arguments: Architecture.all.map(\.name).filter { $0 != "resnet34" })
  func trainsQuantizesAndAgrees(_ name: String) throws {
    let large = ["resnet50", "vgg11", "vgg11_bn"].contains(name)
    let data = try loadDataset(
      DatasetRequest(name: "shapes", limit: large ? 64 : 192, testLimit: 100, size: large ? 16 : 20))
    let graph = try #require(Architecture.named(name)).build(
      Shape(channels: data.training.channels, height: data.training.height, width: data.training.width),
      data.classNames.count)
    let model = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 1))
    let recipe = TrainingRecipe(epochs: 1, batchSize: 32, learningRate: name.hasPrefix("vgg11") ? 1e-4 : 1e-3)
    let teacher = try train(model, on: data, recipe: recipe, cancellation: Cancellation()) { _ in }
    #expect(teacher.lastEpoch?.loss.isFinite == true)
    var quantization = recipe
    quantization.quantization = QuantizationRecipe()
    let student = try train(
      teacher.model, on: data, recipe: quantization, cancellation: Cancellation()
    ) { _ in }
    #expect(student.lastEpoch?.loss.isFinite == true)
    let integer = try convert(student.model)
    let fake = try #require(
      try evaluate(student.model, on: data.test, of: data, cancellation: Cancellation()))
    let real = try #require(try evaluate(integer, on: data.test, of: data, cancellation: Cancellation()))
    let same = zip(fake.predictions, real.predictions).count { $0 == $1 }
    // After so little training logits lie close together; what each layer computes is held exactly below.
    #expect(same >= 97, "\(same) of 100")
    let compared = try difference(between: student.model, and: integer, on: data.test, of: data, count: 32)
    #expect(compared.layers.first?.differing == 0)
    for layer in compared.layers {
      #expect(
        layer.recomputed == 0 || layer.ownShare < 0.02, "\(layer.name): \(layer.own) of \(layer.recomputed)")
    }
  }
}
