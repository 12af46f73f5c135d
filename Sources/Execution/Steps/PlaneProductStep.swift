import CKernels
import GraphIR
import OneDNN

/// The dense layer that stands for a convolution on tiny planes, and how both layers' weights lie.
final class PlannedProduct {
  let layout: TensorLayout
  let sizes: DenseSizes
  private let tapOfPair: Vector<Int64>
  private(set) var raw: ck_plane_product

  /// Nil where either layer's weights lie in an order that the kernels don't walk.
  init?(_ product: PlaneProduct, _ sizes: DenseSizes, block: Int, taps: TensorLayout, dense: TensorLayout) {
    guard let tapsTile = taps.weightTile, let denseTile = dense.weightTile, tapsTile.side % block == 0,
      denseTile.side % block == 0
    else { return nil }
    layout = dense
    self.sizes = sizes
    tapOfPair = Vector(product.tapOfPair.count, repeating: 0)
    for (pair, tap) in product.tapOfPair.enumerated() { tapOfPair[pair] = Int64(tap) }
    raw = ck_plane_product(
      block: Int64(block), outputs: Int64(sizes.outputs / product.outputPixels / block),
      inputs: Int64(sizes.inputs / product.inputPixels / block), taps: Int64(product.taps),
      input_pixels: Int64(product.inputPixels), output_pixels: Int64(product.outputPixels),
      tap_of_pair: UnsafePointer(tapOfPair.pointer), taps_tile: ck_weight_tile(tapsTile),
      dense_tile: ck_weight_tile(denseTile))
  }
}

extension PlannedProduct {
  /// Where each tap stands in the dense layer's weights.
  var places: [ck_tap_place] {
    let outputs = Int(raw.output_pixels)
    return (0..<tapOfPair.count).map { pair in
      ck_tap_place(
        tap: tapOfPair[pair], target_tap: 0, output_pixel: Int64(pair % outputs),
        input_pixel: Int64(pair / outputs))
    }
  }
}

extension ck_weight_tile {
  init(_ tile: WeightTile) {
    self.init(
      side: Int64(tile.side), outputs: Int64(tile.outputs), output_stride: Int64(tile.outputStride),
      input_stride: Int64(tile.inputStride), tap_stride: Int64(tile.tapStride))
  }
}

/// Puts each tap of a kernel at its places in the dense layer's weights, or adds up the gradient of those places.
final class PlaneProductStep: Step {
  enum Way { case expand, contract }

  let label: String
  let kind = StepKind.reorder
  private let weights: Operand
  private let dense: BufferID
  private let product: PlannedProduct
  private let way: Way
  private var pointers: (weights: UnsafeMutablePointer<Float>, dense: UnsafeMutablePointer<Float>)?

  init(_ label: String, _ way: Way, weights: Operand, dense: BufferID, _ product: PlannedProduct) {
    self.label = label
    self.way = way
    self.weights = weights
    self.dense = dense
    self.product = product
  }

  func bind(_ memory: PlanMemory) {
    pointers = (memory.floats(weights), memory.floats(.buffer(dense)))
  }

  func run() {
    guard let pointers else { return }
    withUnsafePointer(to: product.raw) { raw in
      switch way {
      case .expand: ck_expand_taps(pointers.weights, pointers.dense, raw)
      case .contract: ck_contract_taps(pointers.weights, pointers.dense, raw)
      }
    }
  }
}
