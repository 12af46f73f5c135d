import OneDNN

/// What convolutions multiply while training, and what activations and their gradients are kept in.
///
/// Weights as the optimizer moves them, batch norm's statistics, dense layers, logits and losses are floats in either.
package enum TrainingPrecision: String, Hashable, Sendable, Codable, CaseIterable {
  case float32 = "f32"
  /// The upper half of a float: its range with 8 bits of mantissa; sums are floats.
  case bfloat16 = "bf16"

  /// Whether the processor has it; where it is emulated it would only be slower.
  package var isSupported: Bool {
    switch self {
    case .float32: true
    case .bfloat16: processorMultipliesBFloat16
    }
  }

  var element: ElementType {
    switch self {
    case .float32: .float32
    case .bfloat16: .bfloat16
    }
  }
}
