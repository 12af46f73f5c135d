import Execution
import GraphIR
import Language
import Text
import Training

/// Images a step in the plans that are shown: the batch size that `train` uses by itself.
private let shownBatch = 128

/// `show plan NAME`: a model compiled, step by step, with measured times.
func showPlan(_ topic: Word, _ name: Word?, _ workspace: Workspace) throws -> Plan {
  guard let name else {
    throw StatementError.topicNeeds(topic, what: "the name of a model", example: "show plan teacher")
  }
  let entry = try workspace.model(name)
  let precision = entry.kind == .integer ? .float32 : try workspace.precision(for: topic)
  return Plan { workspace, console in
    let model = try workspace.weights(of: entry.name, forLooking: true)
    let report = try runningTraining(topic) { try planReport(model, batch: shownBatch, precision: precision) }
    console.put(.table(planTable(report)))
    console.text(
      (report.trains ? "a training step in \(precision.rawValue)" : "a forward pass")
        + " of \(report.batch) images; memory: \(byteCount(Double(report.activationBytes))) of activations"
        + (report.trains ? " and gradients, " : ", ")
        + "\(byteCount(Double(report.parameterBytes))) of weights"
        + (report.trains ? " with gradients and moments" : ""))
    if let note = report.slowStepsNote { console.note(note) }
    console.put(
      .metric(Metric("\(name.text).plan_ms", report.milliseconds, reproducible: false)))
    console.put(
      .metric(
        Metric("\(name.text).plan_bytes", Double(report.activationBytes + report.parameterBytes))))
    return .done
  }
}

private func planTable(_ report: PlanReport) -> Table {
  let total = report.milliseconds
  var rows: [[Table.Cell]] = report.lines.map { line in
    let share = total > 0 ? line.milliseconds / total : 0
    return [
      .text(line.name), .text(line.implementation ?? "own kernel"),
      .milliseconds(Numeral(line.milliseconds, decimals: 2)), .percentage(share).measured,
    ]
  }
  rows.append(["all", .blank, .milliseconds(Numeral(total, decimals: 1)), .blank.measured])
  return Table(
    columns: [
      Table.Column("step"), Table.Column("code"), Table.Column("time", .right), Table.Column("share", .right),
    ], rows: rows)
}

extension PlanReport {
  /// What is said where steps run oneDNN's reference code, plain loops that are tens of times as slow as its others; nil
  /// where none does.
  package var slowStepsNote: String? {
    let slow = lines.filter { $0.isReference }
    guard let slowest = slow.max(by: { $0.milliseconds < $1.milliseconds }), milliseconds > 0 else {
      return nil
    }
    let share = slow.reduce(0) { $0 + $1.milliseconds } / milliseconds
    return
      "\(counted(slow.count, "step")) without fast code (ref), \(percentage(share)) of the time, most of it in "
      + "\(slowest.name): channels in multiples of 8 have such code"
  }
}
