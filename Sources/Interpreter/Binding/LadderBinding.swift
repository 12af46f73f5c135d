import GraphIR
import Language
import Quantization
import Text
import Training

extension Keyword {
  static let ladder = Keyword(
    "ladder", .widths, otherwise: "one width all the time", example: "(8, 6, 4)",
    "widths of weights and activations that the run goes down, each for an equal share of the steps")
}

/// The ladder that is written; nil where none is.
///
/// Throws `PolicyError` and `BindingError` where the widths are no ladder, or another option settles widths too.
func ladder(_ arguments: Arguments) throws -> WidthLadder? {
  guard let call = arguments.arguments(.ladder) else { return nil }
  for other in [Keyword.bits, .weightBits, .activationBits] {
    if let range = arguments.range(of: other) { throw PolicyError.ladderAndWidth(range, option: other.name) }
  }
  var widths: [Int] = []
  for argument in call.arguments {
    let width = try rung(argument)
    if let before = widths.last, width >= before {
      throw PolicyError.ladderNotFalling(argument.range, width: width, before: before)
    }
    widths.append(width)
  }
  guard let ladder = WidthLadder(widths) else {
    throw PolicyError.ladderTooShort(call.range, width: widths.first)
  }
  return ladder
}

private func rung(_ argument: Argument) throws -> Int {
  if let label = argument.label { throw PolicyError.ladderWithLayer(label) }
  switch checked(argument.value, kind: .width) {
  case .fits(.count(let bits)): return bits
  case .outOfRange: throw BindingError.outOfRange(argument.value, place: Keyword.ladder.place, kind: .widths)
  case .fits, .wrongKind, .unknown:
    throw BindingError.wrongKind(argument.value, place: Keyword.ladder.place, kind: .widths)
  }
}

extension QuantizationRecipe {
  /// Throws where a run of so many steps has none for some rung.
  func requireSteps(_ steps: Int, epochs: Int, _ arguments: Arguments) throws(PolicyError) {
    guard let rungs = ladder?.widths.count, steps < rungs else { return }
    throw .ladderLongerThanRun(
      arguments.range(of: .ladder) ?? arguments.verb.range, rungs: rungs, steps: steps,
      epochs: (rungs * epochs + steps - 1) / max(steps, 1))
  }

  /// When the rungs begin, and what that does to the freeze of the observers; empty without a ladder.
  func ladderNotes(steps: Int) -> [String] {
    guard let ladder else { return [] }
    let schedule = schedule(steps: steps)
    let rungs = zip(ladder.widths, schedule.rungSteps).dropFirst().map { width, step in
      "\(width) from step \(grouped(step + 1))"
    }
    var notes = [
      "weights and activations go down the ladder: \(ladder.widths[0]) bits at first, \(sentence(rungs)) of "
        + grouped(steps)
    ]
    let wanted = Int(clamping: (observerFreeze * Double(steps)).rounded(.up))
    // A single step later is the least, and nothing that a reader would miss.
    if policy.scheme == .movingAverage, wanted < schedule.observerStep - 1 {
      notes.append(
        "activation observers freeze at step \(grouped(schedule.observerStep + 1)), not at "
          + "\(grouped(wanted + 1)): they have to see the last rung, whose rounding moves the ranges of later layers"
      )
    }
    if policy.scheme == .learnedScale {
      notes.append("trained scales start anew on each rung, from the mean magnitude of what it rounds first")
    }
    return notes
  }
}
