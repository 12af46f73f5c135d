import CKernels
import OneDNN

/// How floats in tiles become the bfloat16 pairs that a primitive multiplies.
final class WeightPairing {
  private let places: Vector<ck_tap_place>
  let raw: ck_pairing

  /// Of weights with a shape [outputs, inputs, kernel, kernel]; nil where either order is not one that the kernel
  /// walks.
  init?(_ shape: [Int], _ standIn: StandIn?, from source: TensorLayout, to target: TensorLayout) {
    guard let tile = source.weightTile, tile.side == 16, let pairs = target.weightPairs else { return nil }
    var pixels = (output: 1, input: 1)
    let standing: [ck_tap_place]
    switch standIn {
    case nil:
      standing = (0..<shape.dropFirst(2).reduce(1, *)).map { ck_tap_place(tap: Int64($0), target: Int64($0)) }
    case .crop(let crop):
      let (kernel, extent) = (crop.shape.kernel, crop.shape.extent)
      standing = (0..<extent * extent).map { place in
        let tap = (crop.shape.first + place / extent) * kernel + crop.shape.first + place % extent
        return ck_tap_place(tap: Int64(tap), target: Int64(place))
      }
    case .product(let product):
      pixels = (Int(product.raw.output_pixels), Int(product.raw.input_pixels))
      standing = product.places
    }
    places = Vector(standing.count, repeating: ck_tap_place())
    for (index, place) in standing.enumerated() { places[index] = place }
    raw = ck_pairing(
      outputs: Int64(shape[0] / 16), inputs: Int64(shape[1] / 16),
      output_pixels: Int64(pixels.output), input_pixels: Int64(pixels.input),
      place_count: Int64(standing.count), places: UnsafePointer(places.pointer),
      source: ck_weight_tile(tile),
      target: ck_weight_pairs(
        pairs_outputs: pairs.pairsOutputs ? 1 : 0, block: Int64(pairs.block), width: Int64(pairs.width),
        output_stride: Int64(pairs.outputStride), input_stride: Int64(pairs.inputStride),
        tap_stride: Int64(pairs.tapStride)))
  }
}

extension ck_tap_place {
  fileprivate init(tap: Int64, target: Int64) {
    self.init(tap: tap, target_tap: target, output_pixel: 0, input_pixel: 0)
  }
}

/// Rounds weights to their grid, where they have one, and to bfloat16, as a primitive takes them.
final class PairWeights: Step {
  let label: String
  let kind = StepKind.reorder
  private let pairing: WeightPairing
  private let weights: ParameterID
  private let quantizer: WeightQuantizer?
  private let target: BufferID
  private var pointers: (weights: UnsafeMutablePointer<Float>, target: UnsafeMutablePointer<UInt16>)?

  init(
    _ label: String, _ pairing: WeightPairing, weights: ParameterID, _ quantizer: WeightQuantizer?,
    target: BufferID
  ) {
    self.label = label
    self.pairing = pairing
    self.weights = weights
    self.quantizer = quantizer
    self.target = target
  }

  func bind(_ memory: PlanMemory) {
    pointers = (
      memory.floats(.parameter(weights)), memory.address(.buffer(target)).assumingMemoryBound(to: UInt16.self)
    )
  }

  func run() {
    guard let pointers else { return }
    withUnsafePointer(to: pairing.raw) { pairing in
      guard let quantizer else { return ck_pair_weights(pointers.weights, pointers.target, pairing, nil) }
      withUnsafePointer(to: quantizer.kernelGrid) { grid in
        ck_pair_weights(pointers.weights, pointers.target, pairing, grid)
      }
    }
  }
}
