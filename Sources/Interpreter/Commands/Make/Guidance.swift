import Distillation
import GraphIR
import Language
import Text
import Training

/// The teachers of a run: what `with kd(…), kd(…)` said, and the models that it named.
struct Guidance {
  var clauses: [DistillationClause]
  var teachers: [ModelEntry]

  /// The terms of the recipe, with the layers that losses of layers compare, and what is to be said of those.
  func terms(student: Graph) throws(FeatureError) -> (terms: [DistillationTerm], notes: [String]) {
    var terms: [DistillationTerm] = []
    var notes: [String] = []
    for (clause, teacher) in zip(clauses, teachers) {
      let pairs = try clause.pairs(student: student, teacher: teacher)
      terms.append(
        clause.term(layers: pairs.map { LayerPair(student: $0.student.name, teacher: $0.teacher.name) }))
      if !pairs.isEmpty { notes.append(note(clause.loss, pairs, written: clause.layers != nil)) }
    }
    return (terms, notes)
  }

  private func note(
    _ loss: DistillationLoss, _ pairs: [(student: FeatureLayer, teacher: FeatureLayer)], written: Bool
  ) -> String {
    let words = pairs.map { own, other in
      let plane = "\(own.shape.height)×\(own.shape.width)"
      let names = own.name == other.name ? own.name : "\(own.name) with \(other.name)"
      let regressed =
        if case .regressed = loss.feature?.channels { own.shape.channels != other.shape.channels } else {
          false
        }
      return names + " (\(plane)"
        + (regressed ? ", a regressor from \(own.shape.channels) to \(other.shape.channels) channels" : "")
        + ")"
    }
    return "\(loss.name) compares \(sentence(words))" + (written ? "" : ": the last layers of each size")
  }

  func notes(_ data: ChosenData) -> [String] { teachers.compactMap { foreignData($0, data) } }

  func warnings(_ data: ChosenData) -> [Diagnostic] {
    clauses.compactMap { $0.warning(classes: data.classes) }
  }
}

extension Workspace {
  /// The teachers of a statement whose result has a name; they fit the data.
  func guidance(_ arguments: Arguments, result name: Word, _ data: ChosenData) throws -> Guidance {
    let clauses: [DistillationClause]
    do {
      clauses = try distillationClauses(arguments.calls(.distillation))
    } catch {
      throw BindingError.call(error)
    }
    let teachers = try clauses.map { try model($0.teacher, kinds: [.float]) }
    if let own = clauses.first(where: { $0.teacher.text == name.text }) {
      throw StatementError.replacesTeacher(own.teacher)
    }
    for (clause, teacher) in zip(clauses, teachers) { try requireFit(teacher, clause.teacher, data) }
    return Guidance(clauses: clauses, teachers: teachers)
  }
}

extension DistillationClause {
  /// The layers that the loss compares: those that were written, or else the last ones of each size.
  fileprivate func pairs(
    student: Graph, teacher: ModelEntry
  ) throws(FeatureError) -> [(student: FeatureLayer, teacher: FeatureLayer)] {
    guard let rule = loss.feature else { return [] }
    guard let layers else {
      let matched = rule.matchedLayers(student: student, teacher: teacher.graph)
      guard !matched.isEmpty else {
        throw .nothingMatches(
          lossRange, loss: loss, student: student.stages, teacher: teacher.graph.stages)
      }
      return matched
    }
    var pairs: [(student: FeatureLayer, teacher: FeatureLayer)] = []
    for written in layers {
      let own = try layer(written.student, of: student, owner: "the student")
      let other = try layer(written.teacher, of: teacher.graph, owner: teacher.name)
      if let misfit = rule.misfit(student: own.shape, teacher: other.shape) {
        throw .misfit(
          written.student.range.joined(with: written.teacher.range), loss: loss, misfit, student: own,
          teacher: other,
          better: teacher.graph.stages.first { rule.misfit(student: own.shape, teacher: $0.shape) == nil })
      }
      pairs.append((own, other))
    }
    return pairs
  }

  private func layer(
    _ word: Word, of graph: Graph, owner: String
  ) throws(FeatureError) -> FeatureLayer {
    guard let layer = graph.featureLayer(word.text) else {
      throw .unknownLayer(
        word, owner: owner, stages: graph.stages.map(\.name),
        known: graph.featureLayers.flatMap { [$0.name, $0.output, $0.head] })
    }
    return layer
  }
}
