import Foundation
import GraphIR
import Quantization
import Testing

/// The figure that stands beside an SQNR: what values spread evenly over the grid have, by trying it.
@Suite struct EvenSpreadTests {
  @Test(arguments: [
    (-127, 127, 0), (0, 255, 0), (0, 255, 128), (-128, 127, 0), (0, 15, 3), (-7, 7, 0), (0, 127, 0),
  ])
  func itIsWhatEvenlySpreadValuesHave(minimum: Int, maximum: Int, zeroPoint: Int32) {
    let grid = QuantizationGrid(minimum: minimum, maximum: maximum, symmetric: false, perChannel: false)
    let parameters = QuantizationParameters(scale: 0.25, zeroPoint: zeroPoint, grid: grid)
    let range = parameters.range
    var loss = RoundingLoss()
    let count = 200_000
    let width = Double(range.maximum) - Double(range.minimum)
    loss.add(
      (0..<count).lazy.map { Float(Double(range.minimum) + (Double($0) + 0.5) / Double(count) * width) },
      on: parameters)
    let measured = loss.signalToNoise ?? .nan
    #expect(abs(measured - parameters.evenSpreadRatio) < 0.15, "\(measured)")
  }

  /// Why it is no bound: values on the steps lose nothing, values near the ends little of much.
  @Test func valuesAtTheEndsHaveMore() {
    let grid = QuantizationGrid(minimum: -127, maximum: 127, symmetric: true, perChannel: false)
    let parameters = QuantizationParameters(scale: 1, zeroPoint: 0, grid: grid)
    var loss = RoundingLoss()
    loss.add((0..<1000).map { 120 + Float($0) / 200 }, on: parameters)
    #expect((loss.signalToNoise ?? 0) > parameters.evenSpreadRatio)
    #expect(abs(parameters.evenSpreadRatio - 20 * log10(254)) < 1e-9)
  }
}
