import Datasets
import Execution
import Foundation
import GraphIR
import Quantization
import TensorFiles
import Testing
import Training

/// Weights of torchvision and timm against the logits that PyTorch computes from them, on a folder that
/// `Scripts/pytorch-weights/make.py` makes; left out where there is none.
@Suite struct PyTorchLogitsTests {
  private static let folder = ProcessInfo.processInfo.environment["QATLAB_PYTORCH_WEIGHTS"]

  struct Case: Decodable {
    var name: String
    var network: String
    var files: [String]
    var images: String
    var side: Int
    var channels: Int
    var logits: [Float]
  }

  @Test(.enabled(if: folder != nil)) func logitsAreThoseOfPyTorch() throws {
    let folder = try #require(Self.folder)
    let text = try Data(contentsOf: URL(fileURLWithPath: folder + "/cases.json"))
    for trial in try JSONDecoder().decode([Case].self, from: text) {
      for file in trial.files {
        let found = try logits(of: trial, file: folder + "/" + file, folder)
        let largest = trial.logits.reduce(0) { max($0, abs($1)) }
        let difference = zip(found, trial.logits).reduce(0) { max($0, abs($1.0 - $1.1)) }
        #expect(found.count == trial.logits.count)
        #expect(
          difference <= 1e-4 * max(largest, 1), "\(file), \(trial.side) px, \(trial.channels): \(difference)")
        print("\(file) \(trial.side) px × \(trial.channels): largest \(largest), difference \(difference)")
      }
    }
  }

  private func logits(of trial: Case, file path: String, _ folder: String) throws -> [Float] {
    let file = try TensorFile(path: path)
    var graph = try #require(Architecture.named(trial.network)).build(
      Shape(channels: 3, height: trial.side, width: trial.side), 1000)
    graph.normalization = .imageNet
    let match = WeightMatch(file, for: graph)
    #expect(match.newCount == 0 && match.extra.isEmpty, "\(path): \(match.missing) \(match.misfits)")
    let parameters = try #require(try match.parameters(from: file, seed: 0) { _ in true })
    let pixels = Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + trial.images)))
    let count = pixels.count / (trial.channels * trial.side * trial.side)
    let images = ImageSet(
      channels: trial.channels, height: trial.side, width: trial.side, pixels: pixels,
      labels: Array(repeating: 0, count: count))
    let plan = try InferencePlan(
      foldBatchNorm(Model(kind: .float, graph: graph, parameters: parameters)), batch: count)
    let look = Normalization.imageNet
    var labels = [Int32](repeating: 0, count: count)
    let input = try #require(plan.input.baseAddress)
    gather(
      images, indices: Array(0..<count)[...], mean: look.mean, deviation: look.deviation, into: input,
      labels: &labels)
    try plan.run()
    return Array(plan.logits)
  }
}
