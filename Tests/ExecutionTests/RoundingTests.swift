import Execution
import Testing

@Suite struct RoundingTests {
  private static let weights: [Float] = [0.26, -0.74, 1.5, -1.2, 0.5, 0.1]
  private static let scales: [Float] = [0.5, 0.25]

  private static func rounding() -> SoftRounding {
    SoftRounding(weights: weights, scales: scales, minimum: -7, maximum: 7)
  }

  @Test func softRoundingBeginsWithTheFloatWeights() {
    let rounding = Self.rounding()
    for index in Self.weights.indices {
      #expect(abs(rounding.weights[index] - Self.weights[index]) < 1e-5)
    }
    // 0.26/0.5 and −0.74/0.5 go up to 1 and −1; −1.2/0.25 = −4.8 to −5; 0.1/0.25 = 0.4 to 0.
    #expect(rounding.codes[0] == 1 && rounding.codes[1] == -1 && rounding.codes[2] == 3)
    #expect(rounding.codes[3] == -5 && rounding.codes[4] == 2 && rounding.codes[5] == 0)
  }

  @Test func theGradientDecidesBetweenTheTwoNeighbours() {
    let rounding = Self.rounding()
    for _ in 0..<400 {
      for index in 0..<6 { rounding.gradient[index] = index % 2 == 0 ? 1 : -1 }
      rounding.step(rate: 0.02, strength: 0, exponent: 2)
    }
    // Up where the loss falls with the weight, down where it rises: floor and ceiling of each code.
    #expect(rounding.codes[0] == 0 && rounding.codes[1] == -1 && rounding.codes[3] == -4)
    #expect(rounding.codes[5] == 1)
  }

  @Test func theRegularizationDrawsEachWeightToItsNearerCode() {
    let rounding = Self.rounding()
    let nearest = rounding.codes
    for index in 0..<6 { rounding.gradient[index] = 0 }
    for _ in 0..<600 { rounding.step(rate: 0.02, strength: 0.01, exponent: 2) }
    #expect(rounding.codes == nearest)
    for index in [0, 1, 3, 5] {
      #expect(abs(rounding.weights[index] - nearest[index] * Self.scales[index / 3]) < 1e-4)
    }
  }

  @Test func theReconstructionGradientIsTheErrorsSlope() throws {
    let (rows, inputs, outputs) = (5, 7, 3)
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: 2 * inputs * outputs)
    defer { memory.deallocate() }
    for index in 0..<inputs * outputs { memory[index] = Float((index * 7) % 11) / 11 - 0.5 }
    let gradient = memory + inputs * outputs
    gradient.initialize(repeating: 0, count: inputs * outputs)
    let rowValues = (0..<rows * inputs).map { Float(($0 * 5) % 13) / 13 - 0.4 }
    let targets = (0..<rows * outputs).map { Float(($0 * 3) % 7) / 7 }
    let reconstruction = try DenseReconstruction(
      rows: rows, inputs: inputs, outputs: outputs, weights: memory, gradient: gradient)
    _ = try reconstruction.differentiate(rowValues, targets: targets)
    let slopes = (0..<inputs * outputs).map { gradient[$0] }
    for index in slopes.indices {
      let kept = memory[index]
      memory[index] = kept + 0.05
      let above = try reconstruction.differentiate(rowValues, targets: targets)
      memory[index] = kept - 0.05
      let below = try reconstruction.differentiate(rowValues, targets: targets)
      memory[index] = kept
      #expect(abs(Float((above - below) / 0.1) - slopes[index]) < 1e-3)
    }
  }
}
