package import GraphIR
import SessionStore
import Training

/// What is known of a model without its weights: stored, made by this cell, or about to be made by it.
package struct ModelEntry: Sendable {
  package var name: String
  package var kind: Model.Kind
  package var graph: Graph
  /// Measured figures by key: `accuracy`, `loss`, …; empty for a model that is still to be made.
  package var figures: [String: Double]
  package var details: [Detail: String]
  /// Size of the saved object; nil until it is made.
  package var byteCount: Int?
  /// Of its name, from 1; nil until it is known which one it will be.
  package var version: Int?
  /// Nil where none made it.
  package var run: Run?

  /// What is written down about a model besides its figures.
  package enum Detail: String, Sendable, CaseIterable {
    /// Learning rate of the run that made it, which sets that of its QAT.
    case learningRate = "learning_rate"
    /// The data it was trained on, as `data` would take it.
    case data
    /// The model it was started from.
    case start
    /// Settings of the run, on one line.
    case settings
    /// The run's recipe as JSON, from which it can be run again.
    case recipe
    /// How post-training quantization made it, as JSON.
    case postTraining = "post_training_recipe"
    /// The grids' policy as JSON, of a quantized model.
    case policy
    /// Of an integer model that was converted: the recipe of the QAT model's run, as JSON.
    case sourceRecipe = "source_recipe"
    /// The versions that it was made from.
    case origins = "origins"
    /// How it was made (`ModelMethod`).
    case method
    /// SHA-256 of the test images that its figures are of.
    case testImages = "test_sha256"
    /// SHA-256 of the data that it was made with.
    case dataContent = "data_sha256"
  }

  package init(
    name: String, kind: Model.Kind, graph: Graph, figures: [String: Double] = [:],
    details: [Detail: String] = [:], byteCount: Int? = nil
  ) {
    self.name = name
    self.kind = kind
    self.graph = graph
    self.figures = figures
    self.details = details
    self.byteCount = byteCount
  }

  /// Its teachers, where it is known how it was made.
  var teachers: [String] {
    (details[.recipe].flatMap(TrainingRecipe.init(json:))?.distillation ?? []).map(\.teacher)
  }

  /// Figure of a quantized model: bytes of the saved float model that it started from.
  static let floatSize = "float_size_bytes"

  /// Figure of a model: how many test images its accuracy is of, where that is not all of them.
  static let accuracyImages = "accuracy_images"

  /// Parameters of the network.
  var parameterCount: Int { graph.nodes.reduce(0) { $0 + $1.operation.parameterCount } }
}

extension Model.Kind {
  /// What the kind is called in tables and sentences.
  var words: String {
    switch self {
    case .float: "float"
    case .fakeQuantized: "QAT"
    case .integer: "int8"
    case .dynamic: "dynamic"
    }
  }

  /// "a float model".
  var article: String {
    switch self {
    case .float: "a float model"
    case .fakeQuantized: "a QAT model"
    case .integer: "an int8 model"
    case .dynamic: "a dynamically quantized model"
    }
  }
}

extension ModelEntry {
  init(_ record: ModelRecord) {
    self.init(
      name: record.name, kind: record.kind, graph: record.graph, figures: record.figures,
      details: Dictionary(
        uniqueKeysWithValues: record.details.compactMap { key, value in
          Detail(rawValue: key).map { ($0, value) }
        }),
      byteCount: record.byteCount)
    version = record.version
    run = record.run.map(Run.stored)
  }
}
