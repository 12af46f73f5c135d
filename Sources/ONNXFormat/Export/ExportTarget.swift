package import GraphIR

/// The runtime that a file is written for: each takes the same numbers in its own form.
package enum ExportTarget: String, Hashable, Sendable, CaseIterable {
  case onnxruntime, openvino, tensorrt

  /// True where codes are signed and every zero point is 0; else codes are bytes from 0.
  var hasSignedCodes: Bool { self == .tensorrt }
  /// True where biases are written as floats, which the others would compute a dense layer in float for.
  var hasFloatBiases: Bool { self == .tensorrt }
  /// True where a layer runs on integers only if a quantization follows it at once.
  var roundsBeforeClamping: Bool { self == .onnxruntime }
  /// True where the sums that a residual is added to are written as such, since the runtime's convolution leaves codes
  /// alone, which would round twice.
  var writesSums: Bool { self == .onnxruntime }
  /// True where a dense layer's input may be quantized with the range of the batch at hand.
  var quantizesAsItComes: Bool { self != .tensorrt }
  /// True where weights of 4 bits may lie in 4 bits.
  var takesInt4: Bool { self != .tensorrt }
}

/// Versions of ONNX's operators that a file can be written in.
package enum Opset {
  /// The oldest has scales a channel, the newest integers of 4 bits.
  package static let all = 13...21
  package static let standard = 21
  static let int4 = 21
  static let hardSwish = 14

  /// The version of the file format that came with it.
  static func formatVersion(_ opset: Int) -> Int64 {
    switch opset {
    case ...14: 7
    case 15...18: 8
    case 19...20: 9
    default: 10
    }
  }
}

/// What a file is to be like.
package struct ExportOptions: Hashable, Sendable {
  package var target: ExportTarget
  package var opset: Int
  /// Mean and deviation a channel of values from 0 to 1, where the graph itself is to standardise pixels from 0 to 255;
  /// nil where it takes standardised images.
  package var standardisation: Normalization?
  /// Keys and texts that go with the model.
  package var metadata: [String: String]

  package init(
    target: ExportTarget = .onnxruntime, opset: Int = Opset.standard, standardisation: Normalization? = nil,
    metadata: [String: String] = [:]
  ) {
    self.target = target
    self.opset = opset
    self.standardisation = standardisation
    self.metadata = metadata
  }
}
