/// A graph with its parameters.
package struct Model: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, Codable {
    case float
    /// Trained with fake quantization; still float inside.
    case fakeQuantized = "qat"
    case integer = "int8"
    /// Float, with dense layers whose inputs are quantized as they come.
    case dynamic
  }

  package var kind: Kind
  package var graph: Graph
  package var parameters: ParameterSet

  package init(kind: Kind, graph: Graph, parameters: ParameterSet) {
    self.kind = kind
    self.graph = graph
    self.parameters = parameters
  }
}
