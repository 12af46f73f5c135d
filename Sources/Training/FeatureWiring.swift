import Distillation
import Execution
import GraphIR

/// What the feature losses of a recipe need of the plans: the layers to capture, and regressors.
struct FeatureWiring {
  struct Pair {
    /// Heads of the groups whose outputs are compared.
    var student: String
    var teacher: String
    var sizes: FeatureSizes
    /// Name of the auxiliary parameter; nil where the loss needs none.
    var regressor: String?
  }

  /// By term of the recipe; empty for losses of logits.
  private(set) var terms: [[Pair]] = []
  private(set) var regressors: [AuxiliaryParameter] = []

  var studentHeads: [String] { terms.joined().map(\.student).reduce(into: []) { $0.appendOnce($1) } }

  /// Heads of the teacher's groups whose outputs are looked at.
  func heads(ofTeacher teacher: String, _ recipe: TrainingRecipe) -> [String] {
    zip(recipe.distillation, terms).filter { $0.0.teacher == teacher }.flatMap { $0.1 }.map(\.teacher)
      .reduce(into: []) { $0.appendOnce($1) }
  }

  init(_ recipe: TrainingRecipe, student: Graph, teachers: [String: Graph], batch: Int) throws(TrainingError)
  {
    for (index, term) in recipe.distillation.enumerated() {
      var pairs: [Pair] = []
      if let loss = term.loss.feature, let teacher = teachers[term.teacher] {
        guard !term.layers.isEmpty else { throw .unsupported("\(term.loss.name) without layers") }
        for layers in term.layers {
          var pair = try Pair(layers, loss, term.loss.name, student: student, teacher: teacher, batch: batch)
          if loss.needsRegressor(pair.sizes) {
            let name = "regressor \(index).\(pairs.count)"
            pair.regressor = name
            regressors.append(AuxiliaryParameter(name, pair.sizes, seed: recipe.seed))
          }
          pairs.append(pair)
        }
      }
      terms.append(pairs)
    }
  }
}

extension FeatureWiring.Pair {
  fileprivate init(
    _ layers: LayerPair, _ loss: any FeatureLoss, _ name: String, student: Graph, teacher: Graph, batch: Int
  ) throws(TrainingError) {
    guard let own = student.featureLayer(layers.student), let other = teacher.featureLayer(layers.teacher)
    else { throw .unsupported("a layer that is not there: \(layers.student) or \(layers.teacher)") }
    guard loss.misfit(student: own.shape, teacher: other.shape) == nil else {
      throw .unsupported("\(name) between \(own.name), \(own.shape), and \(other.name), \(other.shape)")
    }
    self.init(
      student: own.head, teacher: other.head,
      sizes: FeatureSizes(
        batch: batch, studentChannels: own.shape.channels, teacherChannels: other.shape.channels,
        plane: own.shape.spatial))
  }
}

extension AuxiliaryParameter {
  /// A regressor's weights, uniform with the variance 1 / student's channels, so that sizes stay as they are.
  fileprivate init(_ name: String, _ sizes: FeatureSizes, seed: UInt64) {
    var generator = SeededGenerator(seed: seed, purpose: name)
    let bound = (3 / Float(sizes.studentChannels)).squareRoot()
    self.init(
      name: name,
      initialValues: (0..<sizes.studentChannels * sizes.teacherChannels).map { _ in
        (2 * generator.uniform() - 1) * bound
      })
  }
}

extension [String] {
  fileprivate mutating func appendOnce(_ name: String) { if !contains(name) { append(name) } }
}
