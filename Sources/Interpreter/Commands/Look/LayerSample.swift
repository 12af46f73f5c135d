import Execution
import GraphIR
import Language
import Quantization
import Training

/// One layer of a model that is known to fit the data, and the images that it is to be seen at work on.
struct LayerSample {
  var model: String
  var layer: String
  var batches: CalibrationBatches
  var data: ChosenData
  var seed: UInt64
  var verb: Word
  /// True where the model was not named.
  var isNewest: Bool

  var name: String { model + "." + layer }

  /// The model, after what is to be said of it and the data.
  func open(_ workspace: Workspace, _ console: Console) throws -> Model {
    if let note = data.note { console.note(note) }
    if isNewest { console.note("\(name): \(model) is the newest model with that layer") }
    if let note = foreignData(try workspace.entry(model), data) { console.note(note) }
    return try workspace.weights(of: model, forLooking: true)
  }

  /// How weights and outputs are spread; nil where it was cancelled, which is told.
  func distribution(
    in network: Model, bits: Int?, activity: String, _ console: Console
  ) throws -> LayerDistribution? {
    var policy = QuantizationPolicy(reducesRange: !Processor.hasExactByteProducts)
    if let bits { (policy.weightBits, policy.activationBits) = (bits, bits) }
    let result = try runningTraining(verb) {
      try layerDistribution(
        of: layer, in: network, on: data.dataset, batches: batches,
        grids: bits == nil ? .own(otherwise: policy) : .of(policy), seed: seed,
        cancellation: console.cancellation
      ) { done, all in
        console.progress { Progress(activity: "\(activity) \(name)", done: done, total: all) }
      }
    }
    if result == nil { console.note("stopped before the activations were counted") }
    return result
  }
}
