import CKernels
import Execution
import GraphIR
import Quantization
import Testing

@Suite struct CurveTests {
  static let curves = ["leakyrelu(0.1)", "leakyrelu", "hardswish"]

  /// More values than a vector holds, on both sides of every bound.
  private static let values = (-67...67).map { Float($0) / 8 }

  private static func kernel(_ curve: ActivationCurve) -> ck_curve {
    ck_curve(
      lower: curve.lower, upper: curve.upper, slope_below: curve.slopeBelow, slope_above: curve.slopeAbove,
      linear: curve.linear, square: curve.square)
  }

  @Test(arguments: curves)
  func kernelsComputeTheCurveToTheLastBit(text: String) throws {
    let curve = try #require(Activation(text)?.curve)
    var kernel = Self.kernel(curve)
    let x = Self.values
    let d = formulaValues("d", salt: "curve", count: x.count)
    var (y, g) = (x, x)
    ck_curve_forward(x, &y, Int64(x.count), &kernel)
    #expect(y == x.map(curve.value))
    ck_curve_backward(x, d, &g, Int64(x.count), &kernel)
    #expect(g == zip(x, d).map { $1 * curve.derivative(at: $0) })
  }

  @Test(arguments: curves)
  func halvesAreRoundedOnceAfterwards(text: String) throws {
    let curve = try #require(Activation(text)?.curve)
    var kernel = Self.kernel(curve)
    // Eighths up to 8 are exact in bf16.
    let x = Self.values.map { UInt16($0.bitPattern >> 16) }
    let d = [UInt16](repeating: UInt16(Float(0.75).bitPattern >> 16), count: x.count)
    func rounded(_ values: [Float]) -> [UInt16] {
      values.map { UInt16(FloatStorage.bfloat16.rounded($0).bitPattern >> 16) }
    }
    var (y, g) = (x, x)
    ck_curve_forward_bf16(x, &y, Int64(x.count), &kernel)
    #expect(y == rounded(Self.values.map(curve.value)))
    ck_curve_backward_bf16(x, d, &g, Int64(x.count), &kernel)
    #expect(g == rounded(Self.values.map { 0.75 * curve.derivative(at: $0) }))
  }

  /// A training pass with fake quantization computes what the folded model computes, up to codes at the edge of rounding.
  @Test(arguments: curves, [8, 4])
  func trainingSeesWhatTheFoldedModelComputes(text: String, bits: Int) throws {
    let activation = Layer.activation(try #require(Activation(text)))
    let graph = try Graph(
      sequential: [
        .convolution(outputs: 6, kernel: 3), .batchNorm, activation, .pool(Pooling(.maximum, kernel: 2)),
        .convolution(outputs: 8, kernel: 3), activation, .dense(outputs: 5),
      ], architecture: "curved", input: Shape(channels: 2, height: 8, width: 8))
    let float = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 4))
    var model = try prepare(float, policy: QuantizationPolicy(weightBits: bits, activationBits: bits))
    let plan = try TrainingPlan(model, batch: 4, optimizer: .adam())
    let images = formulaValues("images", salt: "curve", count: 4 * graph.inputShape.count).map { 2 * $0 }
    _ = plan.input.update(fromContentsOf: images)
    for _ in 0..<3 { try plan.forward() }
    (plan.phase.observersFrozen, plan.phase.batchNormFrozen) = (true, true)
    try plan.forward()
    model.parameters = try plan.exportParameters()
    let folded = try InferencePlan(foldBatchNorm(model), batch: 4)
    _ = folded.input.update(fromContentsOf: images)
    try folded.run()
    let size = plan.logits.reduce(0) { max($0, abs($1)) }
    let apart = zip(plan.logits, folded.logits).map { abs($0 - $1) }.max() ?? .infinity
    #expect(apart < 0.02 * size, "\(apart) of \(size)")
  }
}
