import Datasets
import GraphIR
import Language
import Quantization
import Text
import Training

/// The question why a quantized model is less accurate than its float model; it changes nothing.
struct PlannedWhy {
  var subject: WhySubject
  var data: ChosenData
  var verb: Word
  var images: Int
  var seed: UInt64

  var name: String { subject.entry.name }

  func run(_ workspace: Workspace, _ console: Console) throws -> PlanEnding {
    if let note = data.note { console.note(note) }
    for entry in [subject.reference, subject.entry] {
      if let note = foreignData(entry, data) {
        console.note(note)
        break
      }
    }
    return try runningTraining(verb) {
      guard let models = try subject.models(workspace, data, console) else {
        console.note("stopped before anything was measured")
        return .interrupted
      }
      if let note = models.note { console.note(note) }
      let watch = Stopwatch()
      var done = 0
      let trials = AttributionTrials(
        models.subject, on: data.dataset, images: images, seed: seed, cancellation: console.cancellation
      ) { stage in
        done += 1
        console.progress {
          Progress(
            activity: "why \(name)", done: min(done, expected), total: expected, stage: stage,
            secondsLeft: done > 1
              ? watch.seconds / Double(done) * Double(max(expected - done, 0)) : nil)
        }
      }
      guard let found = try trials.run() else {
        console.note("stopped before all causes were tried")
        return .interrupted
      }
      let report = WhyReport(
        subject: subject, found: found, data: data,
        repairs: WhyRepairs(subject: subject, workspace: workspace, data: data, seed: seed))
      report.put(workspace, console)
      guard try tryRepair(found, report.repairs, console) else { return .interrupted }
      return try laterModels(found, workspace, console)
    }
  }

  /// Trials that a model whose causes are looked for takes, about.
  private var expected: Int { 20 + subject.entry.graph.weightedLayers.count }

  /// Measures what the cell brings that repairs the first cause, where that takes no training and not long; false where it
  /// was cancelled.
  private func tryRepair(_ found: Attribution, _ repairs: WhyRepairs, _ console: Console) throws -> Bool {
    guard let first = found.causes.first, let model = try repairs.tried(first, console) else {
      return !console.cancellation.isCancelled
    }
    guard let hits = try hits(of: model, "the repair", found.images, console) else { return false }
    let difference = PairedDifference(found.subject.hits, hits)
    console.text("tried, what the cell for cause 1 makes: \(difference.changeWords) beside \(name)")
    console.metric(name, "why.repair.change_points", difference.change.points, cases: found.images)
    console.metric(name, "why.repair.change_low_points", difference.change.low, cases: found.images)
    console.metric(name, "why.repair.change_high_points", difference.change.high, cases: found.images)
    return true
  }

  /// What models that were made later from the same float model win back, or lose more.
  private func laterModels(
    _ found: Attribution, _ workspace: Workspace, _ console: Console
  ) throws -> PlanEnding {
    guard found.lost.isLoss || !found.causes.isEmpty else { return .done }
    let family = workspace.names.origin(of: name, kind: .float)?.name
    let later = workspace.models { entry in
      [.fakeQuantized, .integer].contains(entry.kind) && family != nil
        && workspace.names.origin(of: entry.name, kind: .float)?.name == family
    }
    guard let own = later.firstIndex(where: { $0.name == name }) else { return .done }
    let source = subject.source?.name
    let others = later[(own + 1)...].filter { entry in
      entry.kind == subject.entry.kind && entry.name != source && entry.details[.start] != name
    }
    for entry in others.suffix(2) {
      if console.cancellation.isCancelled { return .interrupted }
      let figures = try hits(of: workspace.weights(of: entry.name), entry.name, found.images, console)
      guard let figures else { return .interrupted }
      let difference = PairedDifference(found.subject.hits, figures)
      console.text(
        "\(entry.name), made later from \(family ?? subject.reference.name): \(difference.changeWords) beside \(name)"
      )
      console.metric(
        name, "why.later.\(entry.name).change_points", difference.change.points, cases: found.images)
      console.metric(
        name, "why.later.\(entry.name).change_low_points", difference.change.low, cases: found.images)
      console.metric(
        name, "why.later.\(entry.name).change_high_points", difference.change.high, cases: found.images)
    }
    return .done
  }

  private func hits(of model: Model, _ name: String, _ count: Int, _ console: Console) throws -> [Bool]? {
    console.progress { Progress(activity: "evaluate \(name)", done: 0, total: 1) }
    let test = data.dataset.test
    let images = test.count > count ? test[0..<count] : test
    return try evaluate(model, on: images, of: data.dataset, cancellation: console.cancellation)
      .map { zip($0.predictions, images.labels).map { $0 == Int($1) } }
  }
}
