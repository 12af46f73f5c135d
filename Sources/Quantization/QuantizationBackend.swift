package import GraphIR

/// Where the integer model will run, which decides the grids.
package enum QuantizationBackend: String, Hashable, Sendable, Codable, CaseIterable {
  case x86, qnnpack

  package var activationGrid: QuantizationGrid {
    QuantizationGrid(minimum: 0, maximum: 255, symmetric: false)
  }
  package var weightGrid: QuantizationGrid {
    QuantizationGrid(minimum: -127, maximum: 127, symmetric: true, perChannel: self == .x86)
  }
}
