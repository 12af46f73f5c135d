import CKernels
import GraphIR
import Quantization

/// Range of one tensor's activations over the batches seen, and the grid that follows from it.
final class ActivationObserver {
  let name: String
  let grid: QuantizationGrid
  private let averaging: Float
  private(set) var range: (minimum: Float, maximum: Float)?
  private(set) var parameters: QuantizationParameters

  init(_ quantizer: FakeQuantize) {
    name = quantizer.observer
    grid = quantizer.grid
    averaging = quantizer.averaging
    parameters = QuantizationParameters(scale: 1, zeroPoint: 0, grid: quantizer.grid)
  }

  /// Moves the range towards a batch's: m ← m + c·(batch − m); the first batch sets it.
  func observe(minimum: Float, maximum: Float) {
    guard let seen = range else { return restore(minimum: minimum, maximum: maximum) }
    restore(
      minimum: seen.minimum + averaging * (minimum - seen.minimum),
      maximum: seen.maximum + averaging * (maximum - seen.maximum))
  }

  func restore(minimum: Float, maximum: Float) {
    range = (minimum, maximum)
    parameters = chooseQuantizationParameters(minimum: minimum, maximum: maximum, grid: grid)
  }

  var kernelGrid: ck_grid {
    ck_grid(
      scale: parameters.scale, zero_point: parameters.zeroPoint, minimum: Int32(grid.minimum),
      maximum: Int32(grid.maximum))
  }
}
