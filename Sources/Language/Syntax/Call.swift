/// A name with arguments, or a name alone where only a call can stand: `conv(16, 3)`, `relu`.
package struct Call: Hashable, Sendable {
  package var name: Word
  package var arguments: [Argument]
  package var range: SourceRange
  package var hasParentheses: Bool

  package init(name: Word, arguments: [Argument], range: SourceRange, hasParentheses: Bool) {
    self.name = name
    self.arguments = arguments
    self.range = range
    self.hasParentheses = hasParentheses
  }
}

/// One argument of a call: `0.5`, `T: 4`.
package struct Argument: Hashable, Sendable {
  package var label: Word?
  package var value: Expression
  package var range: SourceRange

  package init(label: Word?, value: Expression, range: SourceRange) {
    self.label = label
    self.value = value
    self.range = range
  }
}

/// Layers one after the other: `conv(16, 3) > relu > pool(2)`; at least one.
package struct Chain: Hashable, Sendable {
  package var layers: [Call]
  package var range: SourceRange

  package init(layers: [Call], range: SourceRange) {
    self.layers = layers
    self.range = range
  }
}
