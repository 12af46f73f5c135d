import GraphIR
import Language

/// Why a statement can't be run with the models and networks that there are.
enum ModelError: Error {
  case unknownModel(Word, known: [String])
  /// A network is named where a model is wanted.
  case untrained(Word)
  /// `floatModel` is the one that it was made from, where that is known.
  case wrongModelKind(Word, kind: Model.Kind, wanted: [Model.Kind], floatModel: String?)
  /// A float model has no grids to look at; `layer` is one of its own, or the one that was asked for.
  case nothingQuantized(Word, model: String, layer: String)
  case unknownNetwork(Word, definitions: [String], models: [String])
  /// A layer can't take its input; `layer` is its name, or its words in a chain.
  case layerDoesNotFit(SourceRange, network: String, layer: String, reason: String, input: Shape)
  /// `trainedOn` is the model's own data, as `data` would take it.
  case classesDiffer(Word, model: Int, data: Int, dataName: String, trainedOn: String?)
  case inputDiffers(Word, model: Shape, data: Shape, dataName: String, trainedOn: String?)
  case outputsDiffer(SourceRange, network: String, outputs: Int, classes: Int, dataName: String)
  /// The engine can't train or quantize a network.
  case unsupported(SourceRange, String, Rehearsal.Failure)
  /// Training would take more bytes than the machine has; `batch` is one that fits, where one does.
  case tooLarge(SourceRange, network: String, bytes: Double, memory: Double, batch: Int?)
  /// A model's graph can't be shown at a stage of quantization.
  case noSuchStage(Word, stage: String, reason: String)
  case nothingToConvert(Word, floatModel: String?)
  case nothingToStartFrom(Word)
  case nothingToCompare(Word)
  /// Dynamic quantization is for dense layers alone.
  case noDenseLayer(Word)
  /// No channel lies between two layers so that it could be scaled, or each of them reaches the bound of its relu6.
  case nothingToRescale(Word)
  /// A model can't be trained again with another seed.
  case notRepeatable(Word, model: String, reason: String)
  /// Even with 4-bit weights everywhere the model is larger than its budget; bytes of both and of 8 bits.
  case budgetTooSmall(SourceRange, model: String, budget: Int, least: Int, plain: Int)
  /// With 8 bits everywhere the model is within its budget already.
  case budgetNeedless(SourceRange, model: String, budget: Int, least: Int, plain: Int)
  /// There are models, and none fits the data in use.
  case noneFits(Word, models: [String], data: Shape, dataName: String)
}
