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
    let model = try workspace.weights(of: entry.name)
    let report = try runningTraining(topic) { try planReport(model, batch: shownBatch, precision: precision) }
    console.put(.table(planTable(report)))
    console.text(
      (report.trains ? "a training step in \(precision.rawValue)" : "a forward pass")
        + " of \(report.batch) images; memory: \(byteCount(Double(report.activationBytes))) of activations"
        + (report.trains ? " and gradients, " : ", ")
        + "\(byteCount(Double(report.parameterBytes))) of weights"
        + (report.trains ? " with gradients and moments" : ""))
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
