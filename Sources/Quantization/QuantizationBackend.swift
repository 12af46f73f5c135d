package import GraphIR

/// Where the integer model will run, which decides the grids.
package enum QuantizationBackend: String, Hashable, Sendable, Codable, CaseIterable {
  case x86, fbgemm, onednn, qnnpack, xnnpack, tensorrt

  /// Grid of activations in so many bits, 2 to 8.
  ///
  /// u8 with a zero point, but symmetric s8 for xnnpack and tensorrt, and one bit less for fbgemm, whose AVX2
  /// instructions add two products in 16 bits and would saturate (`vpmaddubsw`: 2·255·127 > 32767).
  package func activationGrid(bits: Int = 8) -> QuantizationGrid {
    switch self {
    case .x86, .onednn, .qnnpack: QuantizationGrid(minimum: 0, maximum: 1 << bits - 1, symmetric: false)
    case .fbgemm: QuantizationGrid(minimum: 0, maximum: 1 << min(bits, 7) - 1, symmetric: false)
    case .xnnpack, .tensorrt:
      QuantizationGrid(minimum: 1 - 1 << (bits - 1), maximum: 1 << (bits - 1) - 1, symmetric: true)
    }
  }

  /// Grid of weights in so many bits, 2 to 8: symmetric and narrow (−127…127), one scale an output but for qnnpack.
  package func weightGrid(bits: Int = 8) -> QuantizationGrid {
    let edge = 1 << (bits - 1) - 1
    return QuantizationGrid(minimum: -edge, maximum: edge, symmetric: true, perChannel: self != .qnnpack)
  }

  /// Whether its kernels take widths below 8 bits; the others know int8 alone.
  package var hasNarrowWidths: Bool {
    switch self {
    case .x86, .onednn: true
    case .fbgemm, .qnnpack, .xnnpack, .tensorrt: false
    }
  }
}
