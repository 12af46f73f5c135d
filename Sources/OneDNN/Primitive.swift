internal import COneDNN

/// What a tensor is to an operation.
package enum Role: Sendable {
  case source, weights, bias, destination
  case sourceGradient, weightsGradient, biasGradient, destinationGradient
  case workspace
  /// Memory that is needed only while the operation runs.
  case scratchpad

  var raw: odn_role {
    switch self {
    case .source: ODN_SRC
    case .weights: ODN_WEIGHTS
    case .bias: ODN_BIAS
    case .destination: ODN_DST
    case .sourceGradient: ODN_DIFF_SRC
    case .weightsGradient: ODN_DIFF_WEIGHTS
    case .biasGradient: ODN_DIFF_BIAS
    case .destinationGradient: ODN_DIFF_DST
    case .workspace: ODN_WORKSPACE
    case .scratchpad: ODN_SCRATCHPAD
    }
  }
}

/// Which pass a primitive is for.
package enum Direction: Sendable {
  case forwardTraining, forwardInference, backwardData, backwardWeights

  var raw: odn_direction {
    switch self {
    case .forwardTraining: ODN_FORWARD_TRAINING
    case .forwardInference: ODN_FORWARD_INFERENCE
    case .backwardData: ODN_BACKWARD_DATA
    case .backwardWeights: ODN_BACKWARD_WEIGHTS
    }
  }
}

/// A compiled oneDNN operation together with the memory that it works on.
package final class Primitive {
  let raw: OpaquePointer
  private let call: String

  init(owning raw: OpaquePointer, call: String) {
    self.raw = raw
    self.call = call
  }

  deinit { odn_operation_destroy(raw) }

  /// Layout that the operation reads or writes in a role; nil where it has no such tensor.
  package func layout(_ role: Role) -> TensorLayout? {
    odn_operation_layout(raw, role.raw).map(TensorLayout.init(owning:))
  }

  /// oneDNN's name for the code it picked: "jit:avx512_core".
  package var implementation: String { String(cString: odn_operation_implementation(raw)) }

  /// True where oneDNN has no fast code for the shape and falls back to its plain loops.
  package var isReference: Bool { implementation.contains("ref") }

  /// Binds memory to a role; it must outlive every run.
  package func bind(_ role: Role, _ memory: UnsafeMutableRawPointer) throws(OneDNNError) {
    try check(odn_operation_bind(raw, role.raw, memory), call)
  }

  package func run() throws(OneDNNError) {
    try check(odn_operation_run(raw), call)
  }
}
