package import GraphIR
import Text

/// A word that an option or an operand takes, with what it means.
package struct Choice: Sendable, Equatable {
  package var name: String
  package var summary: String

  package init(_ name: String, _ summary: String) {
    self.name = name
    self.summary = summary
  }
}

/// Numbers that an option takes.
package struct RealRange: Sendable, Equatable {
  package var lower: Double
  package var upper: Double
  /// False where `lower` itself is refused.
  package var includesLower: Bool
  /// False where `upper` itself is refused.
  package var includesUpper = true

  /// From 0 to below 1.
  package static var partOfOne: RealRange {
    RealRange(lower: 0, upper: 1, includesLower: true, includesUpper: false)
  }

  /// From `lower` to `upper`, both included.
  package static func closed(_ lower: Double, _ upper: Double) -> RealRange {
    RealRange(lower: lower, upper: upper, includesLower: true)
  }

  /// Every finite number greater than `lower`.
  package static func above(_ lower: Double) -> RealRange {
    RealRange(lower: lower, upper: .infinity, includesLower: false)
  }

  /// Every finite number from `lower` on.
  package static func from(_ lower: Double) -> RealRange {
    RealRange(lower: lower, upper: .infinity, includesLower: true)
  }

  /// True where the number is a part of a whole, and so may be written as a percentage.
  package var isShare: Bool { lower == 0 && upper == 1 }

  package func contains(_ value: Double) -> Bool {
    value.isFinite && (includesLower ? value >= lower : value > lower)
      && (includesUpper ? value <= upper : value < upper)
  }

  /// "from 0 to 1", "greater than 0": what a diagnostic says of the range.
  package var words: String {
    switch (includesLower, upper.isFinite) {
    case (true, true) where !includesUpper: "of at least \(plain(lower)) and less than \(plain(upper))"
    case (true, true): "from \(plain(lower)) to \(plain(upper))"
    case (false, true): "greater than \(plain(lower)), at most \(plain(upper))"
    case (true, false): "of at least \(plain(lower))"
    case (false, false): "greater than \(plain(lower))"
    }
  }
}

/// Names that a command takes besides its topics.
package enum Subjects: Sendable {
  case models, commands
  /// Models, and their layers with weights: `student.conv1`.
  case layers
  /// Training runs, by their numbers.
  case runs
  case nothing
}

/// Widths that weights and activations can have in an integer model.
package let quantizationWidths = 2...8

/// What an option settles for a layer.
package enum LayerSetting: Sendable {
  /// How many bits.
  case width
  /// In which float format its weights are stored.
  case storage
  /// Nothing beside its name.
  case named
}

/// What may stand where a value is written, and so what binding checks, help prints and Tab offers.
package enum ValueKind: Sendable {
  /// A whole number in a range.
  case count(ClosedRange<Int>)
  /// A number in a range; a percentage is a hundredth of its number.
  case real(RealRange)
  /// One of a few words.
  case choice([Choice])
  /// The name of a model of these kinds; nil admits every kind.
  case model([Model.Kind]?)
  /// An architecture, a network defined by `model`, or a float model to go on with.
  case network
  /// A name that the statement gives to its result.
  case newName
  /// Text in quotation marks: a path.
  case text
  /// A regular expression in quotation marks.
  case pattern
  /// Names with commas between, in quotation marks where they aren't plain words; a number alone is how many.
  case names
  /// Numbers of runs, at least two, with commas between.
  case runNumbers
  /// A row and a column of a plane, counted from 0, with a comma between.
  case place
  /// What is of one of these kinds.
  indirect case either([ValueKind])
  /// Layers joined by `>`.
  case chain
  /// A subject of a command that understands its own words: one of the topics, a name besides them, a number.
  case topic([Choice], besides: Subjects)
  /// A whole statement, which the command stands before.
  case statement
  /// No value: the keyword alone switches something on.
  case flag
  /// Calls after `with`.
  case calls([Choice])
  /// A number of bits, as the integer kernels have them.
  case width
  /// Layers in the option's own parentheses, each perhaps with a setting; a width may stand there for all of them.
  case layers(LayerSetting)
  /// Widths in the option's own parentheses, each less than the one before.
  case widths

  /// What a diagnostic calls a value of this kind.
  package var words: String {
    switch self {
    case .count(let range):
      range.upperBound == .max
        ? "a whole number of at least \(range.lowerBound)"
        : "a whole number from \(grouped(range.lowerBound)) to \(grouped(range.upperBound))"
    case .real(let range): "a number " + range.words
    case .choice(let choices) where choices.count == 1: choices[0].name
    case .choice(let choices): "one of " + choices.map(\.name).joined(separator: ", ")
    case .model: "the name of a model"
    case .network: "an architecture, a network or a model"
    case .newName: "a name"
    case .text: "text in quotation marks"
    case .pattern: "a regular expression in quotation marks"
    case .names: "names with commas between"
    case .runNumbers: "numbers of two runs or more with commas between"
    case .place: "a row and a column from 0 on with a comma between"
    case .either(let kinds): sentence(kinds.map(\.words), "or")
    case .chain: "layers joined by >"
    case .topic: "a topic"
    case .statement: "a statement"
    case .flag: "no value"
    case .calls(let calls): "a call such as " + (calls.first?.name ?? "") + "(…)"
    case .width:
      "a whole number from \(quantizationWidths.lowerBound) to \(quantizationWidths.upperBound)"
    case .layers(.width): ValueKind.width.words + ", for all layers or in parentheses by layer"
    case .layers(.storage): "layers in parentheses"
    case .layers(.named): "the name of a layer, or several in parentheses"
    case .widths:
      "whole numbers from \(quantizationWidths.lowerBound) to \(quantizationWidths.upperBound) in parentheses, "
        + "each less than the one before"
    }
  }

  /// How help writes the place of a value of this kind.
  package var notation: String {
    switch self {
    case .count, .real: "N"
    case .choice(let choices): choices.map(\.name).joined(separator: "|")
    case .model, .newName: "NAME"
    case .network: "NETWORK"
    case .text: "\"TEXT\""
    case .pattern: "\"PATTERN\""
    case .names: "NAME, NAME, …"
    case .runNumbers: "N, N, …"
    case .place: "ROW,COLUMN"
    case .either(let kinds): kinds.map(\.notation).joined(separator: "|")
    case .chain: "LAYER > LAYER > …"
    case .topic: "TOPIC"
    case .statement: "STATEMENT"
    case .flag: ""
    case .calls(let calls): calls.map { $0.name + "(…)" }.joined(separator: ", ")
    case .width: "N"
    case .layers(.width): "N|(LAYER: N, …, rest: N)"
    case .layers(.storage): "(LAYER, LAYER: fp16|bf16, …)"
    case .layers(.named): "LAYER|(LAYER, LAYER, …)"
    case .widths: "(N, N, …)"
    }
  }
}
