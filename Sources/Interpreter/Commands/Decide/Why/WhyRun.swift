import GraphIR
import Language
import SessionStore
import Text

/// Tells from a run's record where it went wrong; throws where there is no such run.
func whyRun(_ word: Word, _ number: Word?, _ workspace: Workspace) throws -> Plan {
  let known = try workspace.runRows()
  if workspace.statementCount == 1, let number,
    !known.contains(where: { "\($0.number)" == number.text || $0.model == number.text })
  {
    throw StatementError.unknownRun(number, count: known.count, models: known.map(\.model))
  }
  return Plan { workspace, console in
    let runs = try workspace.runRows()
    let run = runs.last { run in
      number.map { "\(run.number)" == $0.text || run.model == $0.text } ?? true
    }
    guard let run else {
      console.text("nothing was trained yet; begin with: teacher = train resnet18")
      return .done
    }
    try RunStory(run).put(console)
    return .done
  }
}

/// What a run's curves and events show of where it went wrong.
private struct RunStory {
  private let run: RunRow
  private let losses, accuracies: [Curve.Point]

  init(_ run: RunRow) throws {
    self.run = run
    losses = try run.points("loss")
    let kinds = try ["validation_accuracy", "test_accuracy"].map(run.points)
    accuracies = kinds.first { !$0.isEmpty } ?? []
  }

  func put(_ console: Console) throws {
    let steps = counted(run.stepsDone, "step")
    console.text(
      "run \(run.number), \(run.kind.rawValue) of \(run.model): \(run.status.rawValue) after \(steps)")
    if let point = losses.first(where: { !$0.y.isFinite }) {
      console.text("at step \(step(point)) the loss became infinite or not a number\(before(point))")
      console.metric("run\(run.number)", "why.step", point.x)
    } else if let rise {
      console.text(
        "the loss rose from \(fixed(rise.low.y, 4)) at step \(step(rise.low)) to \(fixed(rise.high.y, 4)) at step "
          + "\(step(rise.high)) (means of \(Self.window) steps) and did not come back\(before(rise.high))")
      console.metric("run\(run.number)", "why.step", rise.high.x)
    } else if losses.isEmpty {
      console.text("its losses are not kept, so nothing can be told of where it went wrong")
    } else {
      console.text("the loss never rose to twice its least mean of \(Self.window) steps and stayed there")
    }
    if let best = accuracies.max(by: { $0.y < $1.y }), let last = accuracies.last, best.x < last.x {
      console.text(
        "the accuracy was best at step \(step(best)), \(percentage(best.y)); at the end it is \(percentage(last.y))"
          + after(best))
    }
    console.note("show run \(run.number) has its settings and curves")
  }

  private static let window = 5

  private func step(_ point: Curve.Point) -> String { grouped(Int(clamping: point.x.rounded())) }

  /// The least mean, and the first mean twice as high after which none comes below that again.
  private var rise: (low: Curve.Point, high: Curve.Point)? {
    let size = Self.window
    guard losses.count >= 2 * size else { return nil }
    let means = (size...losses.count).map { end in
      Curve.Point(
        x: losses[end - 1].x, y: losses[end - size..<end].reduce(0) { $0 + $1.y } / Double(size))
    }
    guard let low = means.indices.min(by: { means[$0].y < means[$1].y }) else { return nil }
    guard let last = means[low...].lastIndex(where: { $0.y < 2 * means[low].y }), last + 1 < means.count
    else {
      return nil
    }
    return (means[low], means[last + 1])
  }

  private var events: [(step: Int, words: String)] {
    (run.settings["events"] ?? "").split(separator: "; ").compactMap { event in
      let parts = event.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, let step = Int(parts[0].filter(\.isNumber)) else { return nil }
      return (step, String(event))
    }
  }

  private func before(_ point: Curve.Point) -> String {
    events.last { Double($0.step) <= point.x }.map { "; the last switch before it was \($0.words)" } ?? ""
  }

  private func after(_ point: Curve.Point) -> String {
    events.first { Double($0.step) >= point.x }.map { "; the next switch was \($0.words)" } ?? ""
  }
}
