import Language
import SessionStore

extension Command {
  static let distill = Command(
    "distill", "train a network in float under the guidance of a teacher", target: .result("the student"),
    operands: [Operand("a network", .network)], keywords: [.distillation] + Keyword.recipe,
    examples: [
      "student = distill qatcnn with kd(teacher, DecoupledKD)",
      "student = distill resnet18 with kd(teacher, DecoupledKD, 0.4), kd(teacher, FitNet, 0.1) epochs 4",
      "student = distill resnet18 with kd(teacher, Attention(scale: 1000), 0.3, layers: [layer2, layer3])",
      "student = distill qatcnn with kd(teacher, SoftTarget, 0.9, T: 4, schedule: linear, warm-up: 10%)",
    ], footprint: floatRunFootprint
  ) { arguments, workspace in
    guard arguments.has(.distillation) else {
      throw StatementError.teacherMissing(
        arguments.verb, network: try arguments.requiredWord(at: 0).text)
    }
    return try floatRun(.distill, arguments, workspace).plan
  }
}
