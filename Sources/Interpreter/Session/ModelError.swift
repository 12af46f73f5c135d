package import GraphIR
package import Language

/// Why a statement can't be run with the models and networks that there are.
package enum ModelError: Error {
  case unknownModel(Word, known: [String])
  case wrongModelKind(Word, kind: Model.Kind, wanted: [Model.Kind])
  case unknownNetwork(Word, definitions: [String], models: [String])
  /// A layer can't take its input; `layer` is its name, or its words in a chain.
  case layerDoesNotFit(SourceRange, network: String, layer: String, reason: String, input: Shape)
  case classesDiffer(Word, model: Int, data: Int, dataName: String)
  case inputDiffers(Word, model: Shape, data: Shape, dataName: String)
  case outputsDiffer(SourceRange, network: String, outputs: Int, classes: Int, dataName: String)
  case nothingToConvert(Word, floatModel: String?)
  case nothingToStartFrom(Word)
  case nothingToCompare(Word)
}
