import GraphIR
import Language
import Quantization

extension Keyword {
  static let scale = Keyword(
    "scale", .real(.above(0)), otherwise: "what the numbers' own range needs", example: "0.01",
    "with quantize: the width of one step of the grid")
  static let zeroPoint = Keyword(
    "zero-point", .count(-128...255), otherwise: "0, or what the numbers' own range needs", example: "3",
    "with quantize: the integer that stands for 0")
  static let quantizerBits = Keyword(
    "bits", .width, otherwise: "8", example: "4", "with quantize and fake-quant range: width of the integers")
  static let quantizerGrid = Keyword(
    "grid", .choice(GridKind.allCases.map { Choice($0.rawValue, $0.summary) }),
    otherwise: GridKind.unsigned.rawValue, example: "symmetric",
    "with quantize and fake-quant range: which integers the grid has")
}

/// The integers of a grid, as users name them.
enum GridKind: String, CaseIterable {
  case unsigned, signed, symmetric

  var summary: String {
    switch self {
    case .unsigned: "0…255 in 8 bits, as activations have"
    case .signed: "-128…127 in 8 bits"
    case .symmetric: "-127…127 in 8 bits and zero point 0, as weights have"
    }
  }

  func grid(bits: Int) -> QuantizationGrid {
    switch self {
    case .unsigned: QuantizationBackend.x86.activationGrid(bits: bits)
    case .signed: QuantizationGrid(minimum: -1 << (bits - 1), maximum: 1 << (bits - 1) - 1, symmetric: false)
    case .symmetric: QuantizationBackend.x86.weightGrid(bits: bits)
    }
  }
}

/// The grid that a statement asks for, and what it left to the program.
struct WrittenGrid {
  var grid: QuantizationGrid
  var kind: GridKind
  /// "bits 8, grid unsigned"; nil where both were written.
  var defaults: String?

  init(_ arguments: Arguments) {
    let bits = arguments.count(.quantizerBits)
    let kind = arguments.word(.quantizerGrid).flatMap { GridKind(rawValue: $0.text) }
    self.kind = kind ?? .unsigned
    grid = self.kind.grid(bits: bits ?? 8)
    let left = [bits == nil ? "bits 8" : nil, kind == nil ? "grid unsigned" : nil].compactMap { $0 }
    defaults = left.isEmpty ? nil : left.joined(separator: ", ")
  }
}

/// The operands of a statement from one on, as numbers.
func numbers(_ arguments: Arguments, from first: Int) throws(QuantizerError) -> [Float] {
  var numbers: [Float] = []
  for expression in arguments.statement.operands.dropFirst(first) {
    guard let value = expression.numericValue else { throw .notANumber(expression) }
    guard Float(value).isFinite else { throw .beyondFloat(expression.range) }
    numbers.append(Float(value))
  }
  return numbers
}

extension QuantizationGrid {
  /// "0…255, 8 bits".
  var span: String { "\(minimum)…\(maximum), \(bits) bits" }
}
