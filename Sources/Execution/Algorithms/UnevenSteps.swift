import GraphIR

extension Convolution {
  /// True for strided 1×1 kernels over channels that fill no block, with channels innermost: oneDNN 2.6 gathers their pixels
  /// in whole vectors, so that the last of one thread runs into the first of the next, and the last of all past the end
  /// of its memory.
  var stepsUnevenly: Bool { kernel == 1 && stride > 1 && padding == 0 && inputs % 16 != 0 }
}
