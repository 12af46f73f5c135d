import Distillation
import Language
import Training

/// The course of a distillation weight, as it may be written.
enum RampOption {
  static let shapes = [
    Choice("passes", "the weight grows with the passes over the images: 1 - e^(-n/4) after n"),
    Choice("constant", "the weight is there from the first step"),
    Choice("linear", "the weight grows evenly"), Choice("cosine", "the weight grows along half a cosine"),
  ]
}

/// `schedule: SHAPE` and `warm-up: SHARE`; a shape alone grows over all steps, a share alone grows evenly.
func boundRamp(schedule: Argument?, warmUp: Argument?) throws(CallError) -> WeightRamp? {
  let shape = try schedule.map(boundShape)
  let share = try warmUp.map(boundShare)
  switch (shape, share) {
  case (nil, nil): return nil
  case ("constant"?, nil): return nil
  case ("constant"?, _?), ("passes"?, _?):
    throw .constantWithWarmUp(warmUp?.range ?? SourceRange(lowerBound: 0, upperBound: 0))
  case (let shape, let share):
    return WeightRamp(shape: shape.flatMap(WeightRamp.Shape.init) ?? .linear, share: share ?? 1)
  }
}

private func boundShape(_ argument: Argument) throws(CallError) -> String {
  let kind = ValueKind.choice(RampOption.shapes)
  guard let word = argument.value.word else {
    throw .wrongKind(argument.value, label: "schedule", call: TermForm.distillation.name, kind: kind)
  }
  guard RampOption.shapes.contains(where: { $0.name == word.text }) else {
    throw .unknown(word, noun: "schedule", known: RampOption.shapes)
  }
  return word.text
}

private func boundShare(_ argument: Argument) throws(CallError) -> Double {
  let kind = ValueKind.real(RealRange(lower: 0, upper: 1, includesLower: false))
  switch checked(argument.value, kind: kind) {
  case .fits(.real(let value)): return value
  case .outOfRange:
    throw .outOfRange(
      argument.value, label: "warm-up", call: TermForm.distillation.name, kind: kind, example: "warm-up: 10%")
  case .fits, .wrongKind, .unknown:
    throw .wrongKind(
      argument.value, label: "warm-up", call: TermForm.distillation.name, kind: kind, example: "warm-up: 10%")
  }
}

/// `layers: [a, b]`, `layers: [student: teacher]`, or one layer without brackets.
func boundLayers(_ argument: Argument) throws(CallError) -> [DistillationClause.WrittenPair] {
  let elements: [Expression]
  if case .list(let written, _) = argument.value { elements = written } else { elements = [argument.value] }
  guard !elements.isEmpty else { throw .notLayers(argument.value) }
  var pairs: [DistillationClause.WrittenPair] = []
  for element in elements {
    if case .pair(let student, let value, _) = element, let teacher = value.word {
      pairs.append(DistillationClause.WrittenPair(student: student, teacher: teacher))
    } else if let word = element.word {
      pairs.append(DistillationClause.WrittenPair(student: word, teacher: word))
    } else {
      throw .notLayers(element)
    }
  }
  return pairs
}

/// `scale: balanced` or `scale: paper`; balanced where it is not written, and of no meaning for a loss of layers.
func boundScale(_ argument: Argument?, loss: DistillationLoss) throws(CallError) -> LossScale? {
  if loss.feature != nil {
    guard let argument else { return nil }
    throw .loss(.numberExpected("scale", loss: loss.name), argument.value.range)
  }
  guard let argument else { return .balanced }
  guard let word = argument.value.word else {
    throw .wrongKind(
      argument.value, label: "scale", call: TermForm.distillation.name, kind: .choice(scaleChoices))
  }
  guard let scale = LossScale(rawValue: word.text) else {
    throw .unknown(word, noun: "scale", known: scaleChoices)
  }
  return scale
}

let scaleChoices = LossScale.allCases.map { Choice($0.rawValue, $0.summary) }

extension LossScale {
  fileprivate var summary: String {
    switch self {
    case .paper: "as published, which may be many times the task"
    case .balanced: "no larger than the task for any image, in the gradient at the logits"
    }
  }
}
