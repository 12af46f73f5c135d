import CKernels
import GraphIR
import OneDNN

/// Floats to codes, element by element.
final class QuantizeStep: Step {
  let label: String
  let kind = StepKind.quantization
  private let source: ActivationTensor
  private let target: BufferID
  private let grid: ck_grid
  private var pointers: (source: UnsafeMutablePointer<Float>, target: UnsafeMutableRawPointer)?

  init(_ label: String, from source: ActivationTensor, to target: BufferID, grid: QuantizationParameters) {
    self.label = label
    self.source = source
    self.target = target
    self.grid = ck_grid(grid)
  }

  func bind(_ memory: PlanMemory) {
    pointers = (memory.floats(.buffer(source.buffer)), memory.address(.buffer(target)))
  }

  func run() {
    guard let pointers else { return }
    ck_quantize_u8(
      pointers.source, pointers.target.assumingMemoryBound(to: UInt8.self), Int64(source.storedCount), grid)
  }
}

/// Codes to floats through a table.
final class DequantizeStep: Step {
  let label: String
  let kind = StepKind.quantization
  private let source: ActivationTensor
  private let target: BufferID
  private let table: [Float]
  private var pointers: (source: UnsafeMutableRawPointer, target: UnsafeMutablePointer<Float>)?

  init(_ label: String, from source: ActivationTensor, to target: BufferID, grid: QuantizationParameters) {
    self.label = label
    self.source = source
    self.target = target
    table = (0..<256).map { Float($0 - Int(grid.zeroPoint)) * grid.scale }
  }

  func bind(_ memory: PlanMemory) {
    pointers = (memory.address(.buffer(source.buffer)), memory.floats(.buffer(target)))
  }

  func run() {
    guard let pointers else { return }
    let codes = pointers.source.assumingMemoryBound(to: UInt8.self)
    table.withUnsafeBufferPointer { table in
      for index in 0..<source.storedCount { pointers.target[index] = table[Int(codes[index])] }
    }
  }
}

/// Codes of one grid to codes of another through a table.
final class CodeTableStep: Step {
  let label: String
  let kind = StepKind.quantization
  private let source: ActivationTensor
  private let target: BufferID
  private let table: [UInt8]
  private var pointers: (source: UnsafeMutableRawPointer, target: UnsafeMutableRawPointer)?

  init(_ label: String, from source: ActivationTensor, to target: BufferID, table: Requantization) {
    self.label = label
    self.source = source
    self.target = target
    self.table = (0..<256).map { table.code(of: $0) }
  }

  func bind(_ memory: PlanMemory) {
    pointers = (memory.address(.buffer(source.buffer)), memory.address(.buffer(target)))
  }

  func run() {
    guard let pointers else { return }
    let codes = pointers.source.assumingMemoryBound(to: UInt8.self)
    let out = pointers.target.assumingMemoryBound(to: UInt8.self)
    table.withUnsafeBufferPointer { table in
      for index in 0..<source.storedCount { out[index] = table[Int(codes[index])] }
    }
  }
}

extension Requantization {
  /// The output's code for one code of the input.
  fileprivate func code(of code: Int) -> UInt8 {
    var value = Float(code - Int(input.zeroPoint)) * input.scale
    if let activation { value = activation.value(at: value) }
    let raw = (value * (1 / output.scale)).rounded(.toNearestOrEven) + Float(output.zeroPoint)
    return UInt8(
      clamping: Int(clamping: min(max(raw, Float(output.grid.minimum)), Float(output.grid.maximum))))
  }
}
