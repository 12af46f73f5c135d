/// Sentences in which something stands that differs from run to run, a duration or a speed: a replay compares the words
/// around it.
///
/// Written as an interpolated text: `"epoch 2/3  loss \(loss)  \(measured: "12.9 s")"`.
package struct MeasuredText: Sendable, Codable, Equatable, ExpressibleByStringInterpolation {
  /// As it is shown.
  package private(set) var text: String
  /// What stands in it that was measured, in order.
  package private(set) var measured: [String]

  package init(stringLiteral text: String) {
    self.text = text
    measured = []
  }

  package init(stringInterpolation words: Words) {
    text = words.text
    measured = words.measured
  }

  /// What an interpolation puts together.
  package struct Words: StringInterpolationProtocol {
    fileprivate var text = ""
    fileprivate var measured: [String] = []

    package init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

    package mutating func appendLiteral(_ literal: String) { text += literal }
    package mutating func appendInterpolation(_ words: String) { text += words }

    /// A duration, a speed, what follows from one, or what was found on the disk.
    package mutating func appendInterpolation(measured words: String) {
      text += words
      if !words.isEmpty { measured.append(words) }
    }
  }
}

extension Console {
  /// Says sentences in which durations or speeds stand.
  func text(measured text: MeasuredText) { put(.measured(text, isNote: false)) }

  /// Says a note of which durations or speeds are a part.
  func note(measured text: MeasuredText) { put(.measured(text, isNote: true)) }
}
