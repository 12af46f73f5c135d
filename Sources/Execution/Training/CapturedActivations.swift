package import GraphIR

/// A layer's activations between a training plan's passes, for a loss that looks at them.
///
/// They are the output of the whole group that the layer belongs to: after batch norm, addition, activation and, where
/// the graph has it, fake quantization.
package struct CapturedActivations {
  /// Shape of one image's activations.
  package var shape: Shape
  /// Row-major [batch, channels, height, width], valid from `forward` to `backward`.
  package var values: UnsafeBufferPointer<Float>
  /// The gradient of the loss with respect to `values`, to be filled before `backward`, which adds it to that of the
  /// logits.
  package var gradient: UnsafeMutableBufferPointer<Float>
}

/// Numbers that a plan's optimizer moves beside the model's own, and that are not exported with them.
package struct AuxiliaryParameter: Sendable {
  package var name: String
  package var initialValues: [Float]

  package init(name: String, initialValues: [Float]) {
    self.name = name
    self.initialValues = initialValues
  }
}

/// An auxiliary parameter's values, and their gradient, to be filled before an update.
package struct TrainedValues {
  package var values: UnsafeMutableBufferPointer<Float>
  package var gradient: UnsafeMutableBufferPointer<Float>
}
