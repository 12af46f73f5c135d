/// Why a model can't be written as ONNX; each is about one layer.
package enum ExportError: Error, Hashable, Sendable {
  /// It is trained with fake quantization, and not yet what it becomes.
  case fakeQuantized
  /// An operation that has no counterpart.
  case noCounterpart(layer: String, what: String)
  /// An operator came with a later version than the one that was asked for.
  case needsOpset(layer: String, operation: String, opset: Int)
  /// The target's codes are signed with zero point 0, and the layer's grid has another.
  case zeroPoint(layer: String, zeroPoint: Int)
  /// The target's codes end at 127, and the layer's grid goes on.
  case wideCodes(layer: String, maximum: Int)
  /// The target has no dense layers whose inputs are quantized as they come.
  case dynamic(layer: String, target: ExportTarget)
  /// A parameter is missing or of another size.
  case parameter(String)
  /// A file of the format holds less than 2 GiB.
  case tooLarge(bytes: Int)
}

extension ExportError {
  /// What is wrong, in a clause.
  package var message: String {
    switch self {
    case .fakeQuantized: "it is a QAT model, whose layers still compute in float"
    case .noCounterpart(let layer, let what): "ONNX has no counterpart of layer \(layer), \(what)"
    case .needsOpset(let layer, let operation, let opset):
      "layer \(layer) needs \(operation), which came with opset \(opset)"
    case .zeroPoint(let layer, let zeroPoint):
      "tensorrt takes zero points of 0 alone, and the codes of \(layer) have \(zeroPoint)"
    case .wideCodes(let layer, let maximum):
      "tensorrt takes signed codes up to 127, and those of \(layer) go up to \(maximum)"
    case .dynamic(let layer, let target):
      "\(target.rawValue) has no dense layer that quantizes its input as it comes, as \(layer) does"
    case .parameter(let name): "its parameter \(name) is missing or of another size"
    case .tooLarge(let bytes): "the file would take \(bytes) bytes, and a file of ONNX holds less than 2 GiB"
    }
  }

  /// What to write instead of exporting `model`; nil where nothing better than the message can be said.
  package func remedy(model: String) -> String? {
    switch self {
    case .fakeQuantized: "convert it, and export its integer model: convert \(model)"
    case .noCounterpart, .parameter, .tooLarge: nil
    case .needsOpset(_, _, let opset): "write: opset \(opset)"
    case .zeroPoint, .wideCodes:
      "quantize it on the grids of tensorrt: ptq NAME backend tensorrt, or qat NAME backend tensorrt"
    case .dynamic: "write it for onnxruntime: export \(model) \"\(model).onnx\""
    }
  }
}
