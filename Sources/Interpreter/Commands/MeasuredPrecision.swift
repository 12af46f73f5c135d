import Execution
import GraphIR
import Language

extension Keyword {
  /// `precision` of what measures models.
  static let measuredPrecision = Keyword(
    "precision",
    .choice([
      Choice("f32", "floats"), Choice("bf16", "8 bits of mantissa, where the processor multiplies them"),
    ]), otherwise: "f32", example: "bf16",
    "what the convolutions of float models multiply while they are measured")
}

extension Arguments {
  /// Throws where this processor lacks it.
  var measuredPrecision: TrainingPrecision {
    get throws(StatementError) {
      guard let word = word(.measuredPrecision), let value = TrainingPrecision(rawValue: word.text) else {
        return .float32
      }
      guard value.isSupported else { throw .precisionUnsupported(word, value) }
      return value
    }
  }
}

extension TrainingPrecision {
  /// ", in bf16" where a model's convolutions multiply something else than what its kind says.
  func words(for kind: Model.Kind) -> String { self == .float32 || kind != .float ? "" : ", in \(rawValue)" }
}
