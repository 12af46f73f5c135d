/// Why a file of ONNX does not become a network here.
package enum ImportError: Error, Hashable, Sendable {
  /// The bytes are no message of the format, or one that contradicts itself.
  case damaged(String)
  /// Its operators are older than the ones that are known.
  case opset(Int)
  /// It has no single image as its input, or no single row of logits as its output.
  case ends(String)
  /// A node computes what no layer here does.
  case node(name: String, operation: String, reason: String)
  /// A constant can't be read.
  case constant(name: String, reason: String)
}

extension ImportError {
  /// What is wrong, in a clause.
  package var message: String {
    switch self {
    case .damaged(let reason): "it is no model in ONNX's form: \(reason)"
    case .opset(let version):
      "its operators are of opset \(version), and the oldest that is read is \(oldestOpset)"
    case .ends(let reason): reason
    case .node(let name, let operation, let reason): "node \(name) (\(operation)) \(reason)"
    case .constant(let name, let reason): "its constant \(name) \(reason)"
    }
  }

  /// What to do instead; nil where nothing better than the message can be said.
  package var remedy: String? {
    switch self {
    case .damaged: "look whether the file is whole"
    case .opset: "export it anew: torch.onnx.export(…, opset_version=17)"
    case .ends, .constant: nil
    case .node(_, "QuantizeLinear", _), .node(_, "DequantizeLinear", _), .node(_, "QLinearConv", _):
      "export the float model, and quantize it here"
    case .node: nil
    }
  }
}

/// The oldest operators that are read.
let oldestOpset = 9
