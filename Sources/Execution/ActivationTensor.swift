import CKernels
import GraphIR
import OneDNN

/// The activations of one node over a batch: where they lie and how.
struct ActivationTensor {
  var buffer: BufferID
  var layout: TensorLayout
  var shape: Shape
  var batch: Int
  var type = ElementType.float32

  /// The tensor as convolutions and pooling take it: a row of features is an image of one pixel.
  var asImages: ActivationTensor {
    get throws {
      guard shape.spatial == 1, layout.isSame(as: try TensorLayout.plain([batch, shape.channels], type))
      else {
        return self
      }
      var images = self
      images.layout = try TensorLayout.plain(shape.dimensions(batch: batch), type)
      return images
    }
  }

  /// Elements with padding.
  var storedCount: Int { layout.byteCount / type.byteCount }

  /// As the kernels see it; the layout must be plain, blocked or channels-last.
  var kernelShape: ck_shape {
    let block = layout.channelBlock ?? 1
    let channels = storedCount / (batch * shape.spatial)
    return ck_shape(
      batch: Int64(batch), blocks: Int64(channels / block), plane: Int64(shape.spatial), block: Int64(block))
  }

  var paddedChannels: Int { storedCount / (batch * shape.spatial) }

  /// True where each image is one run of (sixteen channels, pixel, channel).
  var holdsSixteens: Bool { holds(blocksOf: 16) }

  /// True where each image is one run of (that many channels, pixel, channel).
  func holds(blocksOf block: Int) -> Bool {
    guard shape.channels % block == 0 else { return false }
    return shape.spatial == 1 ? paddedChannels == shape.channels : layout.channelBlock == block
  }
}

extension Shape {
  func dimensions(batch: Int) -> [Int] { [batch, channels, height, width] }
}
