import Foundation
import Quantization
import Training

/// How a model was made, as it is kept with it: one line of JSON with sorted keys.
extension TrainingRecipe {
  /// Nil where a number has no JSON form.
  var json: String? { line(of: self) }

  /// Nil where the text is no recipe, or one of another version.
  init?(json: String) {
    guard let recipe = value(TrainingRecipe.self, of: json) else { return nil }
    self = recipe
  }
}

extension PostTrainingRecipe {
  /// Nil where a number has no JSON form.
  var json: String? { line(of: self) }

  /// Nil where the text is no recipe, or one of another version.
  init?(json: String) {
    guard let recipe = value(PostTrainingRecipe.self, of: json) else { return nil }
    self = recipe
  }
}

extension QuantizationPolicy {
  /// Nil where a number has no JSON form.
  var json: String? { line(of: self) }

  /// Nil where the text is no policy, or one of another version.
  init?(json: String) {
    guard let policy = value(QuantizationPolicy.self, of: json) else { return nil }
    self = policy
  }
}

private func line(of value: some Encodable) -> String? {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys]
  return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) }
}

private func value<Value: Decodable>(_ type: Value.Type, of json: String) -> Value? {
  try? JSONDecoder().decode(type, from: Data(json.utf8))
}
