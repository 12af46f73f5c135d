package import GraphIR

/// A normalization as it stands beside weights in a safetensors file: "mean 0.485 0.456 0.406 deviation 0.229 …".
extension Normalization {
  package static let metadataKey = "normalization"

  package var stored: String {
    "mean " + mean.map { "\($0)" }.joined(separator: " ") + " deviation "
      + deviation.map { "\($0)" }.joined(separator: " ")
  }

  /// Nil where the text is not one that `stored` gives.
  package init?(stored text: String) {
    let words = text.split(separator: " ")
    let count = words.count / 2 - 1
    guard count > 0, words.count == 2 * count + 2, words[0] == "mean", words[count + 1] == "deviation" else {
      return nil
    }
    self.init(
      mean: words[1...count].compactMap { Float($0) },
      deviation: words[(count + 2)...].compactMap { Float($0) })
    guard isPossible, channels == count else { return nil }
  }
}
