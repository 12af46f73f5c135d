import Execution
import GraphIR
import Interpreter
import Testing
import Training

/// Steps for which oneDNN has no fast code.
@Suite struct SlowStepTests {
  @Test func theyAreCountedAndTheSlowestIsNamed() throws {
    func line(_ name: String, _ code: String?, _ milliseconds: Double) -> PlanReport.Line {
      PlanReport.Line(name: name, kind: "convolution", implementation: code, milliseconds: milliseconds)
    }
    let slow = PlanReport(
      trains: true, batch: 8,
      lines: [
        line("conv1 forward", "jit:avx2", 1), line("conv2 forward", "ref:any", 2), line("relu", nil, 1),
        line("conv2 backward data", "ref:any", 6),
      ], activationBytes: 0, parameterBytes: 0)
    let note = try #require(slow.slowStepsNote)
    #expect(note.contains("2 steps") && note.contains("80") && note.contains("conv2 backward data"))
    var fast = slow
    fast.lines = slow.lines.filter { !$0.isReference }
    #expect(fast.slowStepsNote == nil)
  }

  struct Layer: CustomTestStringConvertible {
    var inputs, outputs, kernel, stride: Int
    var groups = 1
    var testDescription: String {
      "\(inputs) to \(outputs), kernel \(kernel), stride \(stride), groups \(groups)"
    }
  }

  static let common: [Layer] = [
    Layer(inputs: 3, outputs: 5, kernel: 5, stride: 3), Layer(inputs: 3, outputs: 7, kernel: 3, stride: 1),
    Layer(inputs: 3, outputs: 8, kernel: 7, stride: 4), Layer(inputs: 2, outputs: 6, kernel: 3, stride: 2),
    Layer(inputs: 5, outputs: 9, kernel: 3, stride: 3), Layer(inputs: 12, outputs: 16, kernel: 2, stride: 2),
    Layer(inputs: 16, outputs: 32, kernel: 3, stride: 2, groups: 4),
    Layer(inputs: 8, outputs: 24, kernel: 3, stride: 1, groups: 8),
    Layer(inputs: 24, outputs: 24, kernel: 3, stride: 2, groups: 24),
    Layer(inputs: 32, outputs: 32, kernel: 5, stride: 1, groups: 32),
    Layer(inputs: 64, outputs: 64, kernel: 3, stride: 1),
  ]

  @Test(.enabled(if: Processor.instructionSet != "sse41"), arguments: common)
  func layersOfCommonShapesHaveNone(_ layer: Layer) throws {
    var graph = Graph(architecture: "layer", input: Shape(channels: 3, height: 14, width: 14))
    let first = Convolution(inputs: 3, outputs: layer.inputs, kernel: 3, padding: 1, hasBias: false)
    try graph.append("conv1", .convolution(first), 0)
    try graph.append("bn1", .batchNorm(BatchNorm(channels: layer.inputs)), graph.output)
    let second = Convolution(
      inputs: layer.inputs, outputs: layer.outputs, kernel: layer.kernel, stride: layer.stride,
      padding: layer.kernel / 2, groups: layer.groups, hasBias: false)
    try graph.append("conv2", .convolution(second), graph.output)
    try graph.append("bn2", .batchNorm(BatchNorm(channels: layer.outputs)), graph.output)
    try graph.append("flatten", .flatten, graph.output)
    try graph.append("fc", .dense(Dense(inputs: graph.outputShape.count, outputs: 4)), graph.output)
    let model = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 1))
    let slow = try planReport(model, batch: 4).lines.filter(\.isReference).map(\.name)
    #expect(slow.isEmpty, "\(slow)")
  }
}
