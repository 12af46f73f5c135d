import CKernels
import GraphIR
import OneDNN

/// The forward pass of a convolution on matrix units where its planes have few pixels: padding costs nothing there.
struct MatrixForward {
  var shape: ck_matrix_convolution
  var readsCodes: Bool
  /// How codes of weights lie; bfloat16 lie alike, in pairs.
  var quads: WeightQuads
  var kernelBytes: Int

  /// Nil where it doesn't serve the layer, or there are no matrix units.
  init?(_ convolution: Convolution, batch: Int, input: Shape, output: Shape, readsCodes: Bool) {
    let line = readsCodes ? 64 : 32
    let mostPixels = 16
    guard Processor.hasMatrixUnits, convolution.groups == 1, convolution.kernel > 1, batch >= 16,
      convolution.inputs % line == 0, convolution.outputs % 16 == 0, output.spatial <= mostPixels
    else { return nil }
    self.init(
      convolution, readsCodes, ck_matrix_convolution(convolution, batch: batch, input: input, output: output))
  }

  /// The same for one tap and no stride, where sums of codes are scaled as they are found; nil where planes have so few
  /// pixels that most of a tile would be empty.
  init?(pixelsOf convolution: Convolution, batch: Int, input: Shape, output: Shape) {
    let leastPixels = 16
    guard Processor.hasMatrixUnits, convolution.groups == 1, convolution.kernel == 1, convolution.stride == 1,
      convolution.padding == 0, convolution.outputs % 16 == 0, output.spatial >= leastPixels
    else { return nil }
    self.init(
      convolution, true, ck_matrix_convolution(convolution, batch: batch, input: input, output: output))
  }

  private init(_ convolution: Convolution, _ readsCodes: Bool, _ shape: ck_matrix_convolution) {
    self.shape = shape
    self.readsCodes = readsCodes
    let line = readsCodes ? 64 : 32
    let tile = 1024
    let inputs = convolution.outputs / 16 * tile
    let tap = (convolution.inputs + line - 1) / line * inputs
    quads = WeightQuads(width: 16, quads: 16, outputStride: tile, inputStride: inputs, tapStride: tap)
    kernelBytes = convolution.kernel * convolution.kernel * tap
  }
}
