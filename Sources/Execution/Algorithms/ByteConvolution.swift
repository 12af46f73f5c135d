import CKernels
import GraphIR
import OneDNN

/// A convolution over codes in 16-bit products, by the program's own kernels: exact where the processor's byte products
/// are not, in one pass.
struct ByteConvolution {
  let shape: ck_byte_convolution
  /// In Winograd's form, whose sums are the same whole numbers.
  let isWinograd: Bool

  /// Nil where the processor has no fast code for it, or the convolution is one of groups.
  init?(_ sizes: ConvolutionSizes, zeroPoint: Int32) {
    let kernel = sizes.window.kernel.height
    guard Processor.features.contains("avx2"), sizes.groups == 1, kernel == sizes.window.kernel.width,
      kernel * kernel <= ck_most_byte_taps
    else { return nil }
    shape = ck_byte_convolution(
      batch: Int64(sizes.batch), inputs: Int64(sizes.inputs), outputs: Int64(sizes.outputs),
      height: Int64(sizes.inputPlane.height), width: Int64(sizes.inputPlane.width),
      out_height: Int64(sizes.outputPlane.height), out_width: Int64(sizes.outputPlane.width),
      kernel: Int64(kernel), stride: Int64(sizes.window.stride), padding: Int64(sizes.window.padding),
      workers: Int64(ck_thread_count()), zero_point: zeroPoint)
    isWinograd = Self.suitsWinograd(sizes)
  }

  /// Below these channels and tiles the way to the points and back costs what the products save.
  private static func suitsWinograd(_ sizes: ConvolutionSizes) -> Bool {
    let plane = sizes.outputPlane
    let tiles = sizes.batch * ((plane.height + 1) / 2) * ((plane.width + 1) / 2)
    return sizes.window.kernel.height == 3 && sizes.window.stride == 1 && sizes.window.padding <= 2
      && sizes.inputs % 16 == 0 && sizes.outputs % 16 == 0 && min(sizes.inputs, sizes.outputs) >= 32
      && sizes.inputs <= ck_most_winograd_inputs && plane.height * plane.width > 1
      && tiles >= 64
  }

  var scratchBytes: Int {
    withUnsafePointer(to: shape) {
      isWinograd ? Int(ck_byte_winograd_scratch_bytes($0)) : 2 * Int(ck_byte_scratch_count($0))
    }
  }

  /// Weights [outputs, inputs, kernel, kernel] as the kernels take them, in memory of its own.
  func packed(_ weights: [Int8]) -> Arena {
    withUnsafePointer(to: shape) { shape in
      let count = isWinograd ? ck_byte_winograd_weight_count(shape) : ck_byte_weight_count(shape)
      let arena = Arena(byteCount: 2 * Int(count))
      let target = arena.base.assumingMemoryBound(to: Int16.self)
      if isWinograd {
        ck_byte_winograd_weights(weights, target, shape)
      } else {
        ck_byte_weights(weights, target, shape)
      }
      return arena
    }
  }
}
