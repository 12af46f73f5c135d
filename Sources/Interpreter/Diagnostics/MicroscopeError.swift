import GraphIR
import Language
import Text

/// Why one output of an integer layer can't be shown.
enum MicroscopeError: Error {
  case layerMissing(Word, model: String, layers: [String])
  /// A node that computes no sums of codes.
  case nothingToSee(Word, layer: String, words: String, layers: [String])
  case unknownLayer(Word, model: String, layers: [String])
  case outside(SourceRange, OutputCoordinate, written: Int, layer: String, shape: Shape)
  case noSuchImage(SourceRange, count: Int)
}

/// What a written number counts in a layer's output.
enum OutputCoordinate: String {
  case channel, row, column

  func extent(in shape: Shape) -> Int {
    switch self {
    case .channel: shape.channels
    case .row: shape.height
    case .column: shape.width
    }
  }
}

extension MicroscopeError: DiagnosedError {
  var diagnostic: Diagnostic {
    switch self {
    case .layerMissing(let word, let model, let layers):
      complaint(
        "missing-operand", "show integer needs a layer of \(model)", at: word.range,
        suggestion: layers.first.map { model + "." + $0 })
    case .nothingToSee(let word, let layer, let words, let layers):
      complaint(
        "nothing-to-see", "\(layer) adds no codes in integers: it is \(words)", at: word.range,
        remedy: layers.isEmpty ? nil : "layers that do: " + sentence(Array(layers.prefix(8))))
    case .unknownLayer(let word, let model, let layers):
      unknownName(
        "unknown-layer", "\(model) has no layer \(quoted(word.text))", word, known: layers, noun: "layer")
    case .outside(let range, let coordinate, let written, let layer, let shape):
      outside(range, coordinate, written, layer, shape)
    case .noSuchImage(let range, let count):
      complaint(
        "out-of-range", "the data has \(counted(count, "test image"))", at: range,
        remedy: "images are counted from 1: write one from 1 to \(count)")
    }
  }

  private func outside(
    _ range: SourceRange, _ coordinate: OutputCoordinate, _ written: Int, _ layer: String, _ shape: Shape
  ) -> Diagnostic {
    let extent = coordinate.extent(in: shape)
    return complaint(
      "out-of-range",
      "\(layer) gives \(shape), channels × rows × columns: it has no \(coordinate.rawValue) \(written)",
      at: range,
      remedy: extent == 1
        ? "its only \(coordinate.rawValue) is 0"
        : "\(coordinate.rawValue)s are counted from 0: 0 to \(extent - 1)")
  }
}
