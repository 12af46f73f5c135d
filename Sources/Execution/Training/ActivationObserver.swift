import CKernels
import GraphIR
import Quantization

/// Range of one tensor's activations, observed over the batches or trained, and the grid that follows from it.
final class ActivationObserver {
  let name: String
  private(set) var grid: QuantizationGrid
  /// The trained end of the range; nil where the range is observed.
  let trained: TrainedRange?
  private let averaging: Float
  private(set) var range: (minimum: Float, maximum: Float)?
  private(set) var parameters: QuantizationParameters

  init(_ quantizer: FakeQuantize, trained: TrainedRange?) {
    name = quantizer.observer
    grid = quantizer.grid
    averaging = quantizer.averaging
    self.trained = trained
    parameters = QuantizationParameters(scale: 1, zeroPoint: 0, grid: quantizer.grid)
  }

  /// Moves the range towards a batch's: m ← m + c·(batch − m); the first batch sets it.
  func observe(minimum: Float, maximum: Float) {
    guard let seen = range else { return restore(minimum: minimum, maximum: maximum) }
    restore(
      minimum: seen.minimum + averaging * (minimum - seen.minimum),
      maximum: seen.maximum + averaging * (maximum - seen.maximum))
  }

  /// Takes an observed range; a trained one that has no value yet starts there.
  func restore(minimum: Float, maximum: Float) {
    let chosen = chooseQuantizationParameters(minimum: minimum, maximum: maximum, grid: grid)
    guard let trained else {
      (range, parameters) = ((minimum, maximum), chosen)
      return
    }
    if !trained.isSet { trained.start(scale: chosen.scale) }
  }

  /// Goes on on a grid of another width: an observed range stays, and gives another scale.
  func adopt(_ grid: QuantizationGrid) {
    guard grid != self.grid else { return }
    self.grid = grid
    parameters.grid = grid
    trained?.adopt(grid)
    if let range { restore(minimum: range.minimum, maximum: range.maximum) }
  }

  /// Takes over the scale that training has come to.
  func follow() {
    if let trained { parameters.scale = trained.scale }
  }

  var kernelGrid: ck_grid {
    ck_grid(
      scale: parameters.scale, zero_point: parameters.zeroPoint, minimum: Int32(grid.minimum),
      maximum: Int32(grid.maximum))
  }
}
