import CKernels
import OneDNN

/// Name of the code that these steps run, as `show plan` lists it.
private let ownWinograd = "own winograd"

/// Brings kernels to the points of Winograd's algorithm.
final class WinogradKernels: Step {
  let label: String
  let kind = StepKind.reorder
  private let tiles: WinogradTiles
  private let weights: Operand
  private let tile: ck_weight_tile
  private let target: BufferID
  /// For the pass that finds the images' gradient.
  private let flips: Bool
  private var pointers: (weights: UnsafeMutablePointer<Float>, target: UnsafeMutablePointer<Float>)?

  init(
    _ label: String, _ tiles: WinogradTiles, from weights: Operand, _ tile: ck_weight_tile,
    to target: BufferID, flips: Bool
  ) {
    self.label = label
    self.tiles = tiles
    self.weights = weights
    self.tile = tile
    self.target = target
    self.flips = flips
  }

  func bind(_ memory: PlanMemory) {
    pointers = (memory.floats(weights), memory.floats(.buffer(target)))
  }

  func run() {
    guard let pointers else { return }
    withUnsafePointer(to: tiles.shape) { shape in
      withUnsafePointer(to: tile) { tile in
        ck_winograd_kernels(pointers.weights, tile, pointers.target, shape, flips ? 1 : 0)
      }
    }
  }
}

/// A convolution, or the gradient of its images, with kernels at their points.
final class WinogradConvolve: Step {
  let label: String
  let kind = StepKind.convolution
  var implementation: String? { ownWinograd }
  private let tiles: WinogradTiles
  private let source: BufferID
  private let kernels: Operand
  private let target: BufferID
  private let scratch: BufferID
  private let end: SumsEnd
  private var raw = ck_sums_end()
  private var pointers:
    (
      source: UnsafeMutablePointer<Float>, kernels: UnsafeMutablePointer<Float>,
      target: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
    )?

  init(
    _ label: String, _ tiles: WinogradTiles, from source: BufferID, kernels: Operand, to target: BufferID,
    scratch: BufferID, _ end: SumsEnd = SumsEnd()
  ) {
    self.label = label
    self.tiles = tiles
    self.source = source
    self.kernels = kernels
    self.target = target
    self.scratch = scratch
    self.end = end
  }

  func bind(_ memory: PlanMemory) {
    pointers = (
      memory.floats(.buffer(source)), memory.floats(kernels), memory.floats(.buffer(target)),
      memory.floats(.buffer(scratch))
    )
    raw = end.bound(memory)
  }

  func run() {
    guard let pointers else { return }
    withUnsafePointer(to: tiles.shape) { shape in
      withUnsafePointer(to: raw) { end in
        ck_winograd_convolve(
          pointers.source, pointers.kernels, pointers.target, pointers.scratch, shape, end)
      }
    }
  }
}

/// Gradient of a convolution's weights, summed at the points.
final class WinogradWeightsGradient: Step {
  let label: String
  let kind = StepKind.convolution
  var implementation: String? { ownWinograd }
  private let tiles: WinogradTiles
  private let operands: (source: BufferID, gradient: BufferID, weights: ParameterID)
  private let tile: ck_weight_tile
  private let kernels: BufferID
  private let scratch: BufferID
  private var pointers:
    (
      source: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>,
      weights: UnsafeMutablePointer<Float>, kernels: UnsafeMutablePointer<Float>,
      scratch: UnsafeMutablePointer<Float>
    )?

  init(
    _ label: String, _ tiles: WinogradTiles, source: BufferID, gradient: BufferID, weights: ParameterID,
    _ tile: ck_weight_tile, kernels: BufferID, scratch: BufferID
  ) {
    self.label = label
    self.tiles = tiles
    operands = (source, gradient, weights)
    self.tile = tile
    self.kernels = kernels
    self.scratch = scratch
  }

  func bind(_ memory: PlanMemory) {
    pointers = (
      memory.floats(.buffer(operands.source)), memory.floats(.buffer(operands.gradient)),
      memory.floats(.gradient(operands.weights)), memory.floats(.buffer(kernels)),
      memory.floats(.buffer(scratch))
    )
  }

  func run() {
    guard let pointers else { return }
    withUnsafePointer(to: tiles.shape) { shape in
      withUnsafePointer(to: tile) { tile in
        ck_winograd_weights_gradient(
          pointers.source, pointers.gradient, pointers.weights, tile, pointers.kernels, pointers.scratch,
          shape)
      }
    }
  }
}
