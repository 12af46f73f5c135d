import GraphIR
import Quantization
import Testing

@Suite struct QuantizationParametersTests {
  struct Choice: Sendable {
    var minimum: Float
    var maximum: Float
    var scale: Float
    var zeroPoint: Int32
  }

  @Test(arguments: [
    Choice(minimum: -1, maximum: 1.55, scale: 2.55 / 255, zeroPoint: 100),
    Choice(minimum: 0.5, maximum: 2.55, scale: 2.55 / 255, zeroPoint: 0),
    Choice(minimum: -2.55, maximum: -1, scale: 2.55 / 255, zeroPoint: 255),
  ])
  func anAffineGridAlwaysHoldsZero(choice: Choice) {
    let found = chooseQuantizationParameters(
      minimum: choice.minimum, maximum: choice.maximum, grid: byteGrid)
    #expect(abs(found.scale - choice.scale) <= choice.scale * 1e-6)
    #expect(found.zeroPoint == choice.zeroPoint)
    #expect(found.fakeQuantized(0) == 0)
  }

  @Test func aSymmetricGridTakesTheLargerMagnitude() {
    let narrow = QuantizationGrid(minimum: -127, maximum: 127, symmetric: true)
    #expect(chooseQuantizationParameters(minimum: -2.54, maximum: 1, grid: narrow).scale == 2.54 / 127)
    let whole = QuantizationGrid(minimum: -128, maximum: 127, symmetric: true)
    let found = chooseQuantizationParameters(minimum: 0.1, maximum: 1, grid: whole)
    #expect(found.scale == 1 / 127.5)
    #expect(found.zeroPoint == 0)
  }

  @Test(arguments: [
    (Float(0), Float(0)), (.nan, .nan), (.nan, 1), (-1, .nan), (.infinity, -.infinity),
    (-.infinity, .infinity),
    (-.greatestFiniteMagnitude, .greatestFiniteMagnitude), (3, 3), (-1e-30, 1e-30), (5, -5),
  ])
  func anyRangeGivesAFinitePositiveScaleAndACodeOnTheGrid(minimum: Float, maximum: Float) {
    for symmetric in [false, true] {
      let grid = QuantizationGrid(minimum: symmetric ? -127 : 0, maximum: 127, symmetric: symmetric)
      let found = chooseQuantizationParameters(minimum: minimum, maximum: maximum, grid: grid)
      #expect(found.scale.isFinite && found.scale >= leastQuantizationScale)
      #expect(found.zeroPoint >= grid.minimum && found.zeroPoint <= grid.maximum)
      #expect(found.fakeQuantized(0) == 0)
    }
  }
}
