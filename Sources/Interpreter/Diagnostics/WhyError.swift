import Language
import Text

/// Why there is nothing to find causes for.
enum WhyError: Error {
  /// `quantized` is a model that was made from it, where there is one.
  case floatModel(Word, name: String, quantized: String?)
  /// `float` is a model that could be quantized.
  case nothingQuantized(Word, float: String?)
  /// The float model that it was made from is gone; `others` are float models that there are.
  case noFloatModel(Word, name: String, others: [String])
  /// Nothing tells how an integer model was made.
  case unknownGrids(Word, name: String)
}

extension WhyError: DiagnosedError {
  var diagnostic: Diagnostic {
    switch self {
    case .floatModel(let word, let name, let quantized):
      complaint(
        "wrong-model-kind",
        "\(name) is a float model: nothing in it is rounded, so quantization took nothing from it",
        at: word.range, label: quantized.map { "\($0) was made from it" },
        remedy: quantized.map {
          "ask about that: why \($0); what \(name) itself gets wrong: confusion \(name)"
        }
          ?? "quantize it, then ask: ptq \(name); what it gets wrong itself: confusion \(name)",
        suggestion: quantized)
    case .nothingQuantized(let verb, let float):
      complaint(
        "nothing-quantized", "there is no quantized model to ask about", at: verb.range,
        remedy: float.map { "quantize one first: ptq \($0)" }
          ?? "train and quantize one first: teacher = train resnet18, then ptq teacher")
    case .noFloatModel(let word, let name, let others):
      complaint(
        "no-float-model", "the float model that \(name) was made from is not in the session any more",
        at: word.range,
        remedy: others.last.map { "hold it against another: why \(name) against \($0)" }
          ?? "load it first: teacher = load resnet18 \"resnet18.pth\"")
    case .unknownGrids(let word, let name):
      complaint(
        "unknown-grids", "it is not known how \(name) was quantized, so no part of it can be taken out",
        at: word.range, remedy: "make it anew with ptq, or with qat and convert")
    }
  }
}
