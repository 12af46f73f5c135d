import Foundation
import GraphIR
import Language
import SessionStore
import Text
import Training

extension Command {
  static let rateSearch = Command(
    "lr-find", "find the learning rate for a network or a model, in one short run",
    operands: [Operand("a network", .network)],
    keywords: [.batch, .optimizer, .momentum, .decay, .freeze, .runSeed],
    examples: ["lr-find teacher", "lr-find resnet18", "lr-find qatcnn batch 64 optimizer sgd"],
    reasons:
      "It trains a copy for 106 steps, each with a rate a seventh larger than the last, from 1e-06 to 10 or to where the "
      + "loss goes out of bounds, and keeps nothing. The rate to take is where the smoothed loss falls steepest over the "
      + "logarithm of the rate; where it hardly falls, as of a model that has learned, a tenth of the rate at which it is "
      + "least. Training images alone choose. lr auto does the same before a run of train, distill or qat.",
    footprint: { arguments, known in
      let word = arguments.word(at: 0)?.text ?? ""
      let uses: Set<SessionName> = known.knows(word) ? [.model(word)] : []
      return Footprint(
        uses: uses.union([.data, .precision]).union(arguments.sessionSeed(unless: .runSeed)),
        serving: .served)
    }
  ) { arguments, workspace in
    let word = try arguments.requiredWord(at: 0)
    let data = try workspace.data(for: arguments.verb.range)
    let start = try workspace.trainingStart(word, target: nil, data: data)
    var recipe = TrainingRecipe()
    let batchNote = try recipe.settle(arguments, data, workspace)
    try recipe.freeze(arguments, start.graph)
    let warning = try workspace.checkTraining(start.graph, recipe, at: word, arguments, data)
    let planned = PlannedRateSearch(
      name: word.text, start: start, recipe: recipe, data: data, verb: arguments.verb,
      options: WrittenStatement(arguments.statement, in: workspace.source),
      notes: batchNote + recipe.freezeNotes(start.graph), warning: warning)
    return Plan { workspace, console in try planned.run(workspace, console) }
  }
}

/// A search for a rate that shows its course; it changes nothing.
private struct PlannedRateSearch {
  var name: String
  var start: TrainingStart
  var recipe: TrainingRecipe
  var data: ChosenData
  var verb: Word
  var options: WrittenStatement
  var notes: [String]
  var warning: Diagnostic?

  func run(_ workspace: Workspace, _ console: Console) throws -> PlanEnding {
    if let warning { console.put(.diagnostic(warning)) }
    if let note = data.note { console.note(note) }
    for note in notes { console.note(note) }
    let search = RateSearch(
      activity: "\(verb.text) \(name)", recipe: recipe, data: data.dataset, verb: verb
    ) { try ($0.model(beginning: start, seed: recipe.seed), [:]) }
    guard let sweep = try search.run(workspace, console) else {
      console.note("stopped before the sweep was over")
      return .interrupted
    }
    show(sweep, console)
    guard let rate = sweep.choice.rate else {
      console.text(
        "in \(sweep.words) no rate lowers the loss of \(name)"
          + (isFresh ? "" : ": it has learned what these images teach"))
      return .done
    }
    console.metric(
      name, "suggested_lr", rate, text: "lr \(plain(rate)) for \(name): \(sweep.ruleWords)")
    if let cell = workspace.runnable(cells(rate)) { console.text("write:\n\(cell)") }
    return .done
  }

  private var isFresh: Bool { if case .fresh = start { true } else { false } }

  private func cells(_ rate: Double) -> [String] {
    [
      options.with(Keyword.learningRate.name, plain(rate), command: "train"),
      "train \(name) lr \(plain(rate))",
    ]
    .compactMap { $0 }
  }

  private func show(_ sweep: LearningRateSweep, _ console: Console) {
    func points(_ value: (LearningRateSweep.Point) -> Double) -> [Curve.Point] {
      sweep.points.map { Curve.Point(x: log10($0.rate), y: value($0)) }
    }
    console.put(
      .curve(
        Curve(
          title: "loss of \(name) over the learning rate", xLabel: "log10 of the learning rate",
          yLabel: "loss",
          series: [
            Curve.Series(name: "smoothed", points: points(\.smoothed)),
            Curve.Series(name: "each step", points: points(\.loss)),
          ])))
    // Three rates a decade show the course in numbers.
    let shown = sweep.points.enumerated().filter { $0.offset % 5 == 0 }.map(\.element)
    console.put(
      .table(
        Table(
          columns: [Table.Column("lr", .right), Table.Column("smoothed loss", .right)],
          rows: shown.map { [.spelled(significant($0.rate)), .spelled(significant($0.smoothed))] })))
    console.note(
      "\(sweep.words) on training images; the loss is smoothed over 5 steps on either side; no test image was looked at"
    )
  }
}

extension Workspace {
  /// The model that a run begins with.
  fileprivate func model(beginning start: TrainingStart, seed: UInt64) throws -> Model {
    switch start {
    case .fresh(let graph):
      Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: seed))
    case .weights(let entry): try weights(of: entry.name)
    }
  }
}
