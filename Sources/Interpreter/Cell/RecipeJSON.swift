import Foundation
import Quantization
import Training

extension TrainingRecipe {
  /// The recipe as one line of JSON with sorted keys; nil where a number has no JSON form.
  var json: String? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Nil where the text is no recipe, or one of another version.
  init?(json: String) {
    guard let recipe = try? JSONDecoder().decode(TrainingRecipe.self, from: Data(json.utf8)) else {
      return nil
    }
    self = recipe
  }
}

extension QuantizationPolicy {
  /// The policy as one line of JSON with sorted keys.
  var json: String? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Nil where the text is no policy, or one of another version.
  init?(json: String) {
    guard let policy = try? JSONDecoder().decode(QuantizationPolicy.self, from: Data(json.utf8)) else {
      return nil
    }
    self = policy
  }
}
