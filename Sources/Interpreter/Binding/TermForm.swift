import Text
import Training

/// A call that may stand after `with`: what it takes, by place and by label, besides the parameters of its loss.
struct TermForm: Sendable {
  /// What can stand for a parameter.
  enum Offer: Sendable {
    case floatModels, losses
    case choices([Choice])
    /// Numbers, or names of layers.
    case nothing
  }

  struct Parameter: Sendable {
    var label: String
    var summary: String
    var offer = Offer.nothing
  }

  var name: String
  var summary: String
  var example: String
  /// Filled by position, in this order, or by label.
  var positional: [Parameter]
  /// Filled by label alone.
  var labelled: [Parameter]

  var labels: [String] { (positional + labelled).map(\.label) }

  static let distillation = TermForm(
    name: "kd",
    summary: "distillation: kd(TEACHER, \(Keyword.defaultLoss), \(plain(Keyword.defaultWeight)), T: 4)",
    example: "qat student with kd(teacher, DecoupledKD, 0.5)",
    positional: [
      Parameter(label: "teacher", summary: "a float model", offer: .floatModels),
      Parameter(label: "loss", summary: "what teacher and student are compared by", offer: .losses),
      Parameter(label: "weight", summary: "share of the blend, from 0 to 1"),
    ],
    labelled: [
      Parameter(
        label: "layers",
        summary: "layers that a loss of layers compares: [layer1, layer2], or [student: teacher]"),
      Parameter(
        label: "schedule", summary: "course of the weight over the steps: passes, constant, linear, cosine",
        offer: .choices(RampOption.shapes)),
      Parameter(
        label: "warm-up", summary: "share of the steps over which the weight grows, such as 10%"),
      Parameter(
        label: "scale", summary: "of a loss of logits: balanced with the task image by image, or the paper's",
        offer: .choices(scaleChoices)),
    ])

  /// Every call that may stand after `with`.
  static let all = [distillation]
}
