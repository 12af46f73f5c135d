package import GraphIR
package import Language

/// A network that was written in a cell.
package struct NetworkDefinition: Sendable {
  package var layers: [Layer]
  /// The chain as it would be written again.
  package var text: String
  /// Where each layer stands, while the cell that defines it runs; empty afterwards.
  package var places: [SourceRange]
}
