/// A function of each value alone.
///
/// It carries its arithmetic: a rectifier its bounds, a curve its pieces. So none can be named without being computed.
package enum Activation: Hashable, Sendable {
  /// Runs as a part of the layer before it: it commutes with rounding, so an integer layer clamps its sums.
  case rectifier(Rectifier)
  /// Runs by itself: an integer model has the layer's codes and a table of 256 entries from them to its own.
  case curve(ActivationCurve)

  package static let relu = Activation.rectifier(.relu)
  package static let relu6 = Activation.rectifier(.relu6)

  /// Every activation that can be written, one a file.
  package static let catalogue: [ActivationForm] = [
    Rectifier.relu.form, Rectifier.relu6.form, .leakyReLU, .hardswish,
  ]

  package var rectifier: Rectifier? { if case .rectifier(let rectifier) = self { rectifier } else { nil } }
  package var curve: ActivationCurve? { if case .curve(let curve) = self { curve } else { nil } }

  /// Its name without arguments.
  package var name: String {
    switch self {
    case .rectifier(let rectifier): rectifier.rawValue
    case .curve(let curve): curve.name
    }
  }

  package func value(at x: Float) -> Float {
    switch self {
    case .rectifier(let rectifier): rectifier.value(at: x)
    case .curve(let curve): curve.value(at: x)
    }
  }

  /// True where scaling the input by k > 0 scales the output by k.
  package var isHomogeneous: Bool {
    switch self {
    case .rectifier(let rectifier): rectifier.ceiling == .infinity
    case .curve(let curve): curve.lower == 0 && curve.upper == 0
    }
  }
}

extension Activation: OperationTraits {
  package var shortName: String { description }
  package var role: GroupRole { rectifier == nil ? .head : .activation }
}

/// An activation as it is written: name, what it computes, arguments, and what they make.
package struct ActivationForm: Sendable {
  /// An argument: a number from 0 to below 1, with a default.
  package struct Parameter: Sendable {
    package var label: String
    package var otherwise: Float
  }

  package var name: String
  /// What help says, with the defaults.
  package var summary: String
  package var parameters: [Parameter] = []
  /// Takes an argument for each parameter.
  package var make: @Sendable ([Float]) -> Activation
}

extension Activation: CustomStringConvertible, Codable {
  /// As it is written: `relu`, `leakyrelu(0.1)`.
  package var description: String {
    guard let curve, !curve.arguments.isEmpty else { return name }
    return "\(name)(\(curve.arguments.map(\.description).joined(separator: ", ")))"
  }

  /// From how it is written; nil where no activation is written so.
  package init?(_ text: String) {
    let parts = text.split(separator: "(", maxSplits: 1)
    guard let form = Self.catalogue.first(where: { $0.name == parts.first.map(String.init) }),
      parts.count == 1 || parts[1].hasSuffix(")")
    else { return nil }
    let written = parts.count == 1 ? [] : parts[1].dropLast().split(separator: ",")
    let arguments = written.compactMap { Float($0.drop { $0 == " " }) }
    guard arguments.count == written.count, arguments.count <= form.parameters.count,
      arguments.allSatisfy({ (0..<1).contains($0) })
    else { return nil }
    self = form.make(arguments + form.parameters.dropFirst(arguments.count).map(\.otherwise))
  }

  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let activation = Activation(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "there is no activation \(text)"))
    }
    self = activation
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
