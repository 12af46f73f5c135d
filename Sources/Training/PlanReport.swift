package import Execution
package import GraphIR
import Quantization

/// A compiled plan as a user may read it: what runs, in what code, how long it takes and what memory it holds.
package struct PlanReport: Sendable {
  package struct Line: Sendable {
    package var name: String
    package var kind: String
    /// The library's name for its code; nil for the program's own kernels.
    package var implementation: String?
    package var milliseconds: Double

    package init(name: String, kind: String, implementation: String?, milliseconds: Double) {
      self.name = name
      self.kind = kind
      self.implementation = implementation
      self.milliseconds = milliseconds
    }

    /// True for the library's plain loops, which it falls back to where it has no fast code for a shape.
    package var isReference: Bool { implementation?.contains("ref") ?? false }
  }

  /// Whether the plan trains (forward, backward, update) or only runs forward.
  package var trains: Bool
  package var batch: Int
  package var lines: [Line]
  package var activationBytes: Int
  package var parameterBytes: Int

  package init(trains: Bool, batch: Int, lines: [Line], activationBytes: Int, parameterBytes: Int) {
    self.trains = trains
    self.batch = batch
    self.lines = lines
    self.activationBytes = activationBytes
    self.parameterBytes = parameterBytes
  }

  package var milliseconds: Double { lines.reduce(0) { $0 + $1.milliseconds } }
}

/// Compiles the plan that trains a float or fake-quantized model, or the one that runs an integer model, and measures
/// each of its steps on random images.
package func planReport(
  _ model: Model, batch: Int, precision: TrainingPrecision = .float32
) throws -> PlanReport {
  var images = RandomImages(count: batch * model.graph.inputShape.count)
  switch model.kind {
  case .float, .fakeQuantized:
    let plan = try TrainingPlan(model, batch: batch, optimizer: .adam(), precision: precision)
    let profile = try averaged(start: plan.startProfile, take: plan.takeProfile) {
      images.fill(plan.input)
      try plan.forward()
      plan.logitsGradient.update(repeating: 1e-3)
      try plan.backward()
      plan.update(UpdateRates(learningRate: 0))
    }
    let steps = plan.stepDescriptions.map { ($0.label, $0.kind.rawValue, $0.implementation) }
    return PlanReport(
      trains: true, batch: batch,
      lines: lines(steps + [("update", StepKind.optimizer.rawValue, nil)], profile),
      activationBytes: plan.byteCount.arena, parameterBytes: plan.byteCount.parameters)
  case .integer, .dynamic:
    let plan = try InferencePlan(model, batch: batch)
    images.fill(plan.input)
    let profile = try averaged(start: plan.startProfile, take: plan.takeProfile) { try plan.run() }
    return PlanReport(
      trains: false, batch: batch,
      lines: lines(plan.stepDescriptions.map { ($0.label, $0.kind.rawValue, $0.implementation) }, profile),
      activationBytes: plan.byteCount.arena, parameterBytes: plan.byteCount.constants)
  }
}

private let runs = 5

private func averaged(start: () -> Void, take: () -> StepProfile?, _ body: () throws -> Void) rethrows
  -> StepProfile?
{
  for _ in 0..<2 { try body() }
  start()
  for _ in 0..<runs { try body() }
  return take()
}

private func lines(_ steps: [(String, String, String?)], _ profile: StepProfile?) -> [PlanReport.Line] {
  steps.map { label, kind, implementation in
    let time = profile?.byStep[label] ?? .zero
    return PlanReport.Line(
      name: label, kind: kind, implementation: implementation,
      milliseconds: time / .milliseconds(1) / Double(runs))
  }
}
