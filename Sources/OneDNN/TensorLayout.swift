internal import COneDNN

/// How a tensor's elements lie in memory: plain or blocked, as oneDNN likes it for a layer.
package final class TensorLayout {
  let raw: OpaquePointer

  init(owning raw: OpaquePointer) { self.raw = raw }

  deinit { odn_layout_destroy(raw) }

  /// Row-major, one to five dimensions.
  package static func plain(_ dimensions: [Int], _ type: ElementType = .float32) throws(OneDNNError)
    -> TensorLayout
  {
    let sizes = dimensions.map(Int64.init)
    return TensorLayout(
      owning: try checked(odn_layout_plain(Int32(sizes.count), sizes, type.raw), "describe a tensor"))
  }

  /// Images [batch, channels, height, width] with channels innermost.
  package static func channelsLast(_ dimensions: [Int], _ type: ElementType) throws(OneDNNError)
    -> TensorLayout
  {
    precondition(dimensions.count == 4)
    return TensorLayout(
      owning: try checked(
        odn_layout_channels_last(dimensions.map(Int64.init), type.raw), "describe a tensor"))
  }

  /// Float images [batch, channels, height, width] in blocks of 16 channels, padded.
  package static func sixteens(_ dimensions: [Int]) throws(OneDNNError) -> TensorLayout {
    precondition(dimensions.count == 4)
    return TensorLayout(
      owning: try checked(odn_layout_sixteens(dimensions.map(Int64.init)), "describe a tensor"))
  }

  /// A dense layer's f32 weights in tiles of 16 inputs by 16 outputs; both counts are multiples of 16.
  package static func tiles(outputs: Int, inputs: Int) throws(OneDNNError) -> TensorLayout {
    TensorLayout(
      owning: try checked(odn_layout_tiles(Int64(outputs), Int64(inputs), 0, 16), "describe weights"))
  }

  /// A convolution's f32 weights in tiles of `side` inputs by `side` outputs, 8 or 16; both counts are its multiples.
  package static func tiles(outputs: Int, inputs: Int, kernel: Int, side: Int) throws(OneDNNError)
    -> TensorLayout
  {
    TensorLayout(
      owning: try checked(
        odn_layout_tiles(Int64(outputs), Int64(inputs), Int64(kernel), Int64(side)), "describe weights"))
  }

  /// A dense layer's f32 weights with outputs innermost.
  package static func outputsLast(outputs: Int, inputs: Int) throws(OneDNNError) -> TensorLayout {
    TensorLayout(
      owning: try checked(odn_layout_outputs_last(Int64(outputs), Int64(inputs)), "describe weights"))
  }

  package var type: ElementType { ElementType(odn_layout_type(raw)) }

  /// Bytes, with the padding that blocks need.
  package var byteCount: Int { odn_layout_size(raw) }

  /// Block b where activations lie as [batch][channels / b][plane][b]; nil for any other order.
  package var channelBlock: Int? {
    let block = odn_layout_channel_block(raw)
    return block > 0 ? Int(block) : nil
  }

  /// Block b where weights lie as [outputs / b][rest][b]; nil for any other order.
  package func outputBlock(grouped: Bool) -> Int? {
    let block = odn_layout_output_block(raw, grouped ? 1 : 0)
    return block > 0 ? Int(block) : nil
  }

  /// Block b where weights lie as [outputs and inputs][rows][columns][b]; nil for any other order.
  package var tapBlock: Int? {
    let block = odn_layout_tap_block(raw)
    return block > 0 ? Int(block) : nil
  }

  /// How weights lie whose innermost part is 8 or 16 inputs by some outputs; nil for any other order.
  package var weightTile: WeightTile? {
    var tile = odn_weight_tile()
    guard odn_layout_weight_tile(raw, &tile) == 0 else { return nil }
    return WeightTile(
      side: Int(tile.side), outputs: Int(tile.outputs), outputStride: Int(tile.output_stride),
      inputStride: Int(tile.input_stride), tapStride: Int(tile.tap_stride))
  }

  /// How weights lie whose innermost part is pairs of one dimension; nil for any other order.
  package var weightPairs: WeightPairs? {
    var pairs = odn_weight_pairs()
    guard odn_layout_weight_pairs(raw, &pairs) == 0 else { return nil }
    return WeightPairs(
      pairsOutputs: pairs.pairs_outputs != 0, block: Int(pairs.block), width: Int(pairs.width),
      outputStride: Int(pairs.output_stride), inputStride: Int(pairs.input_stride),
      tapStride: Int(pairs.tap_stride))
  }

  /// How a convolution's weights of bytes lie whose innermost part is fours of inputs; nil for any other order.
  package var weightQuads: WeightQuads? {
    var quads = odn_weight_quads()
    guard odn_layout_weight_quads(raw, &quads) == 0 else { return nil }
    return WeightQuads(
      width: Int(quads.width), quads: Int(quads.quads), outputStride: Int(quads.output_stride),
      inputStride: Int(quads.input_stride), tapStride: Int(quads.tap_stride))
  }

  package func isSame(as other: TensorLayout) -> Bool { odn_layout_equal(raw, other.raw) != 0 }
}

/// Weights [outputs][inputs][taps][`side` inputs][`outputs`], the outer three in any order: elements from one tile to the
/// next.
package struct WeightTile: Hashable, Sendable {
  package var side, outputs, outputStride, inputStride: Int
  /// 0 for a dense layer.
  package var tapStride: Int
}

/// Weights in pairs: [outputs][inputs][taps][`block` / 2][`width`][2], the outer three in any order.
///
/// The outer and the innermost of the last three are of one dimension, `width` is of the other. Strides are elements
/// from one block to the next.
package struct WeightPairs: Hashable, Sendable {
  /// Whether outputs are paired, else inputs.
  package var pairsOutputs: Bool
  package var block, width, outputStride, inputStride: Int
  /// 0 for a dense layer.
  package var tapStride: Int
}

/// Weights in fours of inputs: [outputs][inputs][taps][`quads`][`width`][4], the outer three in any order.
///
/// Strides are elements from one block to the next.
package struct WeightQuads: Hashable, Sendable {
  package var width, quads, outputStride, inputStride, tapStride: Int

  package init(width: Int, quads: Int, outputStride: Int, inputStride: Int, tapStride: Int) {
    self.width = width
    self.quads = quads
    self.outputStride = outputStride
    self.inputStride = inputStride
    self.tapStride = tapStride
  }
}
