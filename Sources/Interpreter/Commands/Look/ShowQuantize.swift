import GraphIR
import Language
import Quantization
import Text

/// `show quantize NUMBER …`: each number onto a grid and back, step by step.
func showQuantize(_ arguments: Arguments) throws -> Plan {
  let values = try numbers(arguments, from: 1)
  guard !values.isEmpty else { throw QuantizerError.numbersMissing(try arguments.requiredWord(at: 0)) }
  let written = WrittenGrid(arguments)
  let (parameters, origin) = try writtenParameters(arguments, written, values)
  return Plan { _, console in
    let ends = parameters.range
    console.text(
      "grid \(parameters.grid.span), scale \(number(parameters.scale)), zero point \(parameters.zeroPoint): "
        + "numbers from \(number(ends.minimum)) to \(number(ends.maximum))")
    for note in [origin, written.defaults.map { "not written, so: \($0)" }] {
      if let note { console.note(note) }
    }
    if values.count == 1 {
      console.showSteps(values[0], parameters)
    } else {
      console.showTable(values, parameters)
    }
    console.metrics(of: parameters, "quantize")
    for (index, value) in values.enumerated() {
      console.metrics(
        of: Rounding(value, parameters), values.count == 1 ? "quantize" : "quantize.\(index + 1)")
    }
    return .done
  }
}

/// The scale and the zero point that a statement writes or leaves to the numbers; with a note where it leaves them.
private func writtenParameters(
  _ arguments: Arguments, _ written: WrittenGrid, _ values: [Float]
) throws -> (QuantizationParameters, note: String?) {
  let grid = written.grid
  let zeroPoint = arguments.count(.zeroPoint)
  if let zeroPoint, let range = arguments.range(of: .zeroPoint) {
    if grid.symmetric, zeroPoint != 0 { throw QuantizerError.zeroPointOnSymmetricGrid(range) }
    guard (grid.minimum...grid.maximum).contains(zeroPoint) else {
      throw QuantizerError.zeroPointOffGrid(range, zeroPoint, grid)
    }
    guard arguments.has(.scale) else {
      throw StatementError.pointless(
        arguments.clauseRange(.zeroPoint) ?? range, option: "zero-point", without: "scale")
    }
  }
  guard let scale = arguments.real(.scale).map({ Float($0) }), let range = arguments.range(of: .scale) else {
    let (low, high) = (values.min() ?? 0, values.max() ?? 0)
    return (
      chooseQuantizationParameters(minimum: low, maximum: high, grid: grid),
      "no scale was written, so the grid covers the numbers and 0: "
        + derivation(minimum: low, maximum: high, grid: grid)
    )
  }
  guard scale.isFinite else { throw QuantizerError.beyondFloat(range) }
  guard scale >= leastQuantizationScale else { throw QuantizerError.scaleTooSmall(range) }
  return (
    QuantizationParameters(scale: scale, zeroPoint: Int32(zeroPoint ?? 0), grid: grid),
    zeroPoint == nil ? "no zero point was written, so it is 0" : nil
  )
}

/// A number on its way to an integer and back.
struct Rounding {
  let value: Float
  let parameters: QuantizationParameters

  init(_ value: Float, _ parameters: QuantizationParameters) {
    (self.value, self.parameters) = (value, parameters)
  }

  var steps: Float { parameters.steps(to: value) }
  /// What `steps` is rounded to.
  var whole: Float { steps.rounded(.toNearestOrEven) }
  var code: Int32 { parameters.code(of: value) }
  var result: Float { parameters.fakeQuantized(value) }
  var error: Double { Double(value) - Double(result) }
  var isClipped: Bool { !parameters.passesGradient(at: value) }
  var isTie: Bool { abs(steps - steps.rounded(.towardZero)) == 0.5 }

  /// To four digits behind the step's own, so that the last bit of a float is no error.
  var shownError: Float { abs(error) < 1e-5 * Double(parameters.scale) ? 0 : Float(error) }

  /// How the quotient became whole.
  var roundingWords: String {
    if isTie { return "a tie: halves go to the even neighbour" }
    return whole == steps ? "whole already" : "to the nearest"
  }

  /// What happened, in a sentence.
  var summary: String {
    let (low, high) = (parameters.range.minimum, parameters.range.maximum)
    if isClipped {
      return "\(number(value)) is clipped: the grid reaches from \(number(low)) to \(number(high)). "
        + "The error is \(short(shownError)); inside the grid it is at most half a step, \(short(parameters.scale / 2))"
    }
    return
      "\(number(value)) is stored as \(code), which stands for \(number(result)). The error is \(short(shownError)); "
      + "it can be at most half a step, \(short(parameters.scale / 2))"
  }
}

extension Console {
  fileprivate func showSteps(_ value: Float, _ parameters: QuantizationParameters) {
    let rounding = Rounding(value, parameters)
    let (grid, zeroPoint) = (parameters.grid, parameters.zeroPoint)
    let raw = Table.Cell.number(parameters.rawCode(of: value))
    put(
      .table(
        Table(
          columns: [
            Table.Column("step"), Table.Column("computed"), Table.Column("gives", .right), Table.Column(""),
          ],
          rows: [
            [
              "divide by the scale", "\(number(value)) / \(number(parameters.scale))",
              .number(rounding.steps), "steps from 0",
            ],
            ["round", .number(rounding.steps), .number(rounding.whole), .text(rounding.roundingWords)],
            ["add the zero point", "\(number(rounding.whole)) + \(zeroPoint)", raw, .blank],
            [
              "clamp", "\(raw.text) to \(grid.minimum)…\(grid.maximum)", .plain(rounding.code),
              rounding.isClipped ? "clipped" : "on the grid",
            ],
            [
              "and back", "(\(rounding.code) - \(zeroPoint)) · \(number(parameters.scale))",
              .number(rounding.result), .blank,
            ],
            [
              "error", "\(number(value)) - \(bracketed(rounding.result))", .short(rounding.shownError),
              .blank,
            ],
          ])))
    drawing(GridPicture(parameters, around: value).lines(value).joined(separator: "\n"))
    text(rounding.summary)
  }

  fileprivate func showTable(_ values: [Float], _ parameters: QuantizationParameters) {
    let roundings = values.map { Rounding($0, parameters) }
    put(
      .table(
        Table(
          columns: ["number", "/ scale", "rounded", "+ zero", "integer", "back", "error"].map {
            Table.Column($0, .right)
          } + [Table.Column("")],
          rows: roundings.map { rounding in
            [
              .number(rounding.value), .number(rounding.steps), .number(rounding.whole),
              .number(parameters.rawCode(of: rounding.value)), .plain(rounding.code),
              .number(rounding.result),
              .short(rounding.shownError),
              rounding.isClipped ? "clipped" : rounding.isTie ? "a tie: to even" : "",
            ]
          })))
    let clipped = roundings.count { $0.isClipped }
    let largest = roundings.map { abs($0.error) }.max() ?? 0
    text(
      "the largest error is \(short(Float(largest))); half a step is "
        + short(parameters.scale / 2)
        + (clipped == 0 ? "; nothing is clipped" : "; \(counted(clipped, "number")) clipped"))
  }

  fileprivate func metrics(of rounding: Rounding, _ name: String) {
    metric(name, "code", Double(rounding.code))
    metric(name, "value", Double(rounding.result))
    metric(name, "error", rounding.error)
    metric(name, "clipped", rounding.isClipped ? 1 : 0)
  }

  /// The scale and the zero point of a quantizer.
  func metrics(of parameters: QuantizationParameters, _ name: String) {
    metric(name, "scale", Double(parameters.scale))
    metric(name, "zero_point", Double(parameters.zeroPoint))
  }
}

/// How scale and zero point follow from a range, in numbers.
func derivation(minimum: Float, maximum: Float, grid: QuantizationGrid) -> String {
  let parameters = chooseQuantizationParameters(minimum: minimum, maximum: maximum, grid: grid)
  let (low, high) = (min(minimum, 0), max(maximum, 0))
  let scale = number(parameters.scale)
  if grid.symmetric {
    return
      "scale = \(number(max(-low, high))) / \(number(Float(grid.maximum - grid.minimum) / 2)) = \(scale), "
      + "zero point 0"
  }
  return "scale = (\(number(high)) - \(bracketed(low))) / \(grid.maximum - grid.minimum) = \(scale), "
    + "zero point = \(grid.minimum) - round(\(number(low)) / \(scale)) = \(parameters.zeroPoint)"
}

private func bracketed(_ value: Float) -> String { value < 0 ? "(\(number(value)))" : number(value) }
