package import GraphIR
import Quantization
package import Training

/// What a run that came to its end left to judge it by.
package struct RunEvidence: Sendable {
  /// The model that it was made from, on the same test images.
  package struct Start: Sendable {
    package var name: String
    package var predictions: [Int]
    /// The learning rate that it was trained with; nil where that is not known.
    package var learningRate: Double?

    package init(name: String, predictions: [Int], learningRate: Double? = nil) {
      self.name = name
      self.predictions = predictions
      self.learningRate = learningRate
    }
  }

  /// Of the model that was made.
  package var name: String
  package var kind: Model.Kind
  package var statement: WrittenStatement
  /// Nil of a network with fresh weights.
  package var start: Start?
  /// Of the test images, in order.
  package var labels: [Int]
  package var predictions: [Int]
  /// Mean cross-entropy on the test images.
  package var loss: Double
  package var classNames: [String]
  /// How many training images each class has.
  package var trainingImages: [Int]
  /// How it was trained; nil where it was not.
  package var recipe: TrainingRecipe?
  /// How it was quantized without training.
  package var postTraining: PostTrainingRecipe?
  /// Mean cross-entropy on the training images in the last epoch.
  package var trainingLoss: Double?
  /// After each epoch, on the images that epochs are looked at on.
  package var epochAccuracies: [Double] = []
  package var steps = 0
  package var layers: [LayerActivity] = []
  /// Ids of what was found before the run, which explains some of what it came to.
  package var foundBefore: [String] = []

  package init(
    name: String, kind: Model.Kind, statement: WrittenStatement, start: Start? = nil, labels: [Int],
    predictions: [Int], loss: Double, classNames: [String], trainingImages: [Int] = []
  ) {
    self.name = name
    self.kind = kind
    self.statement = statement
    self.start = start
    self.labels = labels
    self.predictions = predictions
    self.loss = loss
    self.classNames = classNames
    self.trainingImages = trainingImages
  }
}

extension RunEvidence {
  package var accuracy: Double { share(of: predictions) }
  package var startAccuracy: Double? { start.map { share(of: $0.predictions) } }

  /// The start first: what the run lost.
  package var difference: PairedDifference? {
    start.map { start in
      PairedDifference(
        zip(start.predictions, labels).map { $0 == $1 }, zip(predictions, labels).map { $0 == $1 })
    }
  }

  /// Share of the test images that the commonest class has: the accuracy of always naming it.
  package var guessing: Double {
    let counts = labels.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
    return labels.isEmpty ? 0 : Double(counts.values.max() ?? 0) / Double(labels.count)
  }

  /// The fewest bits that weights or activations of most layers have; nil of a float model.
  var leastBits: Int? {
    let policy = recipe?.quantization?.policy ?? postTraining?.policy
    return policy.map { min($0.weightBits, $0.activationBits) }
  }

  /// What the run may be called in a cell that is written anew: a network that is not named before `=` would go on with
  /// the model of its name.
  func again(_ option: String, _ value: String) -> String? {
    if start?.name == name { return "undo" }
    return statement.with(option, value, named: start == nil ? name : nil)
  }

  private func share(of predictions: [Int]) -> Double {
    labels.isEmpty
      ? 0 : Double(zip(predictions, labels).count { $0 == $1 }) / Double(labels.count)
  }
}
