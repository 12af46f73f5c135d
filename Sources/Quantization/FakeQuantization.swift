package import GraphIR

extension QuantizationParameters {
  /// x·(1/s): how many steps a value lies from 0, before rounding.
  package func steps(to value: Float) -> Float { value * (1 / scale) }

  /// z + rint(x·(1/s)), ties to even, before clamping: the position of x on the grid, maybe outside it.
  package func rawCode(of value: Float) -> Float {
    Float(zeroPoint) + steps(to: value).rounded(.toNearestOrEven)
  }

  /// The grid's integer nearest to a value; NaN has the least one, as in PyTorch.
  package func code(of value: Float) -> Int32 {
    let raw = rawCode(of: value)
    guard raw >= Float(grid.minimum) else { return Int32(grid.minimum) }
    return Int32(clamping: min(raw, Float(grid.maximum)))
  }

  /// The value that an integer stands for: (q − z)·s.
  package func value(of code: Int32) -> Float { Float(code - zeroPoint) * scale }

  /// The value after rounding to the grid and back.
  package func fakeQuantized(_ value: Float) -> Float { self.value(of: code(of: value)) }

  /// Whether the gradient passes: the unclamped position lies on the grid (straight-through with the clip
  /// mask).
  package func passesGradient(at value: Float) -> Bool {
    let raw = rawCode(of: value)
    return raw >= Float(grid.minimum) && raw <= Float(grid.maximum)
  }
}

/// Values after rounding to the grid and back: one set of parameters for all, or one for each index along
/// `axis`.
///
/// The plain form that faster kernels are held against. `tensor` is float; the result has its shape.
package func fakeQuantize(
  _ tensor: Tensor, _ parameters: [QuantizationParameters], axis: Int = 0
) -> Tensor {
  let channel = channelIndex(tensor.shape, parameters, axis)
  let values = tensor.floats.enumerated().map { parameters[channel($0.offset)].fakeQuantized($0.element) }
  return Tensor(values, shape: tensor.shape)
}

/// Which parameters an element uses, from its row-major position.
private func channelIndex(
  _ shape: [Int], _ parameters: [QuantizationParameters], _ axis: Int
) -> (Int) -> Int {
  if parameters.count == 1 { return { _ in 0 } }
  precondition(shape[axis] == parameters.count, "there must be one set of parameters for each channel")
  let inner = shape[(axis + 1)...].reduce(1, *)
  return { position in position / inner % parameters.count }
}
