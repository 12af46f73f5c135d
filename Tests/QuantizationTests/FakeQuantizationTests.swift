import Foundation
import GraphIR
import Quantization
import ReferenceNumbers
import Testing

@Suite struct FakeQuantizationTests {
  @Test func forwardAndGradientAreThoseOfTheReferenceToTheLastBit() throws {
    let cases = try referenceCases("fake_quantize.json", fixtures: .module)
    #expect(!cases.isEmpty)
    for (number, reference) in cases.enumerated() {
      let input = try reference.tensor("x")
      let parameters = try quantizationParameters(of: reference)
      let axis = reference.has("axis") ? try reference.integer("axis") : 0
      let tensor = Tensor(input.floats, shape: input.shape)
      let output = fakeQuantize(tensor, parameters, axis: axis)
      #expect(output.shape == input.shape)
      #expect(output.floats == (try reference.tensor("y").floats), "case \(number)")
      let gradient = try reference.tensor("grad_y").floats
      let inner = input.shape[(axis + 1)...].reduce(1, *)
      let passed = gradient.indices.map { index in
        let own = parameters[parameters.count == 1 ? 0 : index / inner % parameters.count]
        return own.passesGradient(at: input.floats[index]) ? gradient[index] : 0
      }
      #expect(passed == (try reference.tensor("grad_x").floats), "case \(number)")
    }
  }

  @Test func aTieGoesToTheEvenCodeBeforeTheZeroPointIsAdded() {
    // Step ½: 0.25 and 0.75 lie half way; with zero point 3 rounding after adding would give 4 and 4.
    let parameters = QuantizationParameters(scale: 0.5, zeroPoint: 3, grid: byteGrid)
    #expect([0.25, 0.75, 1.25, -0.25, -0.75].map { parameters.code(of: $0) } == [3, 5, 5, 3, 1])
  }

  @Test func codesStopAtTheEndsOfTheGridAndTheGradientStopsBehindThem() {
    let parameters = QuantizationParameters(scale: 1, zeroPoint: 10, grid: byteGrid)
    #expect(
      [-10, -10.4, -10.6, 245, 245.4, 245.6].map { parameters.code(of: $0) } == [0, 0, 0, 255, 255, 255])
    #expect(
      [-10, -10.4, -10.6, 245, 245.4, 245.6].map { parameters.passesGradient(at: $0) }
        == [true, true, false, true, true, false])
    #expect(parameters.fakeQuantized(1e30) == 245)
    #expect(parameters.fakeQuantized(-.infinity) == -10)
  }

  @Test func aNaNHasTheLeastCodeAndNoGradient() {
    let parameters = QuantizationParameters(scale: 1, zeroPoint: 10, grid: byteGrid)
    #expect(parameters.code(of: .nan) == 0)
    #expect(!parameters.passesGradient(at: .nan))
  }

  @Test(arguments: [0, 1, 2])
  func channelsLieAlongAnyAxis(axis: Int) {
    let shape = [2, 3, 2]
    let scales: [Float] = [1, 2, 4]
    let parameters = scales[..<shape[axis]].map {
      QuantizationParameters(scale: $0, zeroPoint: 0, grid: byteGrid)
    }
    let output = fakeQuantize(Tensor(repeating: 3, shape: shape), parameters, axis: axis)
    // 3 on the steps 1, 2, 4: 3, 4 (1.5 is a tie), 4 (0.75 is nearest to 1).
    let values: [Float] = [3, 4, 4]
    let inner = shape[(axis + 1)...].reduce(1, *)
    #expect(output.floats == (0..<12).map { values[$0 / inner % shape[axis]] })
  }
}

let byteGrid = QuantizationGrid(minimum: 0, maximum: 255, symmetric: false)

private func quantizationParameters(of reference: JSON) throws -> [QuantizationParameters] {
  let grid = QuantizationGrid(
    minimum: try reference.integer("qmin"), maximum: try reference.integer("qmax"), symmetric: false)
  guard try reference.string("kind") == "per_channel" else {
    return [
      QuantizationParameters(
        scale: Float(try reference.number("scale")), zeroPoint: Int32(try reference.integer("zero_point")),
        grid: grid)
    ]
  }
  let scales = try reference.tensor("scale").floats
  let zeroPoints = try reference.tensor("zero_point").int32s
  return zip(scales, zeroPoints).map { QuantizationParameters(scale: $0, zeroPoint: $1, grid: grid) }
}
