internal import COneDNN

/// Height and width, in pixels.
package struct Plane {
  package var height, width: Int

  package init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }
}

/// What a convolution or a pooling lays on a plane; stride and padding are the same in both directions.
package struct Window {
  package var kernel: Plane
  package var stride, padding: Int

  package init(kernel: Plane, stride: Int, padding: Int) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
  }
}

/// Sizes of a convolution over a batch.
package struct ConvolutionSizes {
  package var batch, inputs, outputs: Int
  package var inputPlane, outputPlane: Plane
  package var window: Window
  package var groups: Int
  /// Winograd's algorithm (Lavin, Gray 2015) in place of the direct one: fewer multiplications, a little more
  /// rounding; refused where oneDNN has no code for it.
  package var usesWinograd = false

  package init(
    batch: Int, inputs: Int, outputs: Int, inputPlane: Plane, outputPlane: Plane, window: Window, groups: Int
  ) {
    self.batch = batch
    self.inputs = inputs
    self.outputs = outputs
    self.inputPlane = inputPlane
    self.outputPlane = outputPlane
    self.window = window
    self.groups = groups
  }
}

/// Sizes of a dense layer over a batch.
package struct DenseSizes {
  package var batch, inputs, outputs: Int

  package init(batch: Int, inputs: Int, outputs: Int) {
    self.batch = batch
    self.inputs = inputs
    self.outputs = outputs
  }
}

/// Sizes of a pooling over a batch.
package struct PoolingSizes {
  package var batch, channels: Int
  package var inputPlane, outputPlane: Plane
  package var window: Window
  package var maximum: Bool

  package init(
    batch: Int, channels: Int, inputPlane: Plane, outputPlane: Plane, window: Window, maximum: Bool
  ) {
    self.batch = batch
    self.channels = channels
    self.inputPlane = inputPlane
    self.outputPlane = outputPlane
    self.window = window
    self.maximum = maximum
  }
}

/// Layouts that a layer must use; nil leaves the choice to oneDNN.
///
/// In backward directions they are those of the gradients.
package struct LayerLayouts {
  package var source, weights, destination: TensorLayout?

  package init(
    source: TensorLayout? = nil, weights: TensorLayout? = nil, destination: TensorLayout? = nil
  ) {
    self.source = source
    self.weights = weights
    self.destination = destination
  }
}

/// Whether oneDNN has Winograd's algorithm for floats on this processor, as versions before 3 do with AVX-512.
package let oneDNNHasWinograd: Bool = {
  let plane = Plane(height: 8, width: 8)
  var sizes = ConvolutionSizes(
    batch: 16, inputs: 64, outputs: 64, inputPlane: plane, outputPlane: plane,
    window: Window(kernel: Plane(height: 3, width: 3), stride: 1, padding: 1), groups: 1)
  sizes.usesWinograd = true
  // A refusal is the answer.
  return (try? Primitive.convolution(.forwardTraining, sizes, LayerEpilogue(), LayerLayouts())) != nil
}()

extension Primitive {
  /// A convolution; `forward` is the training pass that a backward one belongs to.
  package static func convolution(
    _ direction: Direction, _ sizes: ConvolutionSizes, _ epilogue: LayerEpilogue, _ layouts: LayerLayouts,
    forward: Primitive? = nil
  ) throws(OneDNNError) -> Primitive {
    var raw = odn_convolution(
      batch: Int64(sizes.batch), inputs: Int64(sizes.inputs), outputs: Int64(sizes.outputs),
      in_height: Int64(sizes.inputPlane.height), in_width: Int64(sizes.inputPlane.width),
      out_height: Int64(sizes.outputPlane.height), out_width: Int64(sizes.outputPlane.width),
      kernel: Int64(sizes.window.kernel.height), stride: Int64(sizes.window.stride),
      padding: Int64(sizes.window.padding),
      groups: Int64(sizes.groups), winograd: sizes.usesWinograd ? 1 : 0)
    let handle = epilogue.withRaw { epilogue in
      odn_convolution_create(
        direction.raw, &raw, &epilogue, layouts.source?.raw, layouts.weights?.raw, layouts.destination?.raw,
        forward?.raw)
    }
    return Primitive(owning: try checked(handle, "plan a convolution"), call: "run a convolution")
  }

  /// A dense layer; `forward` is the training pass that a backward one belongs to.
  package static func dense(
    _ direction: Direction, _ sizes: DenseSizes, _ epilogue: LayerEpilogue, _ layouts: LayerLayouts,
    forward: Primitive? = nil
  ) throws(OneDNNError) -> Primitive {
    var raw = odn_dense(
      batch: Int64(sizes.batch), inputs: Int64(sizes.inputs), outputs: Int64(sizes.outputs))
    let handle = epilogue.withRaw { epilogue in
      odn_dense_create(
        direction.raw, &raw, &epilogue, layouts.source?.raw, layouts.weights?.raw, layouts.destination?.raw,
        forward?.raw)
    }
    return Primitive(owning: try checked(handle, "plan a dense layer"), call: "run a dense layer")
  }

  /// A pooling; `forward` is the training pass that a backward one belongs to.
  package static func pooling(
    _ direction: Direction, _ sizes: PoolingSizes, _ type: ElementType, _ layouts: LayerLayouts,
    forward: Primitive? = nil
  ) throws(OneDNNError) -> Primitive {
    var raw = odn_pooling(
      batch: Int64(sizes.batch), channels: Int64(sizes.channels), in_height: Int64(sizes.inputPlane.height),
      in_width: Int64(sizes.inputPlane.width), out_height: Int64(sizes.outputPlane.height),
      out_width: Int64(sizes.outputPlane.width), kernel_height: Int64(sizes.window.kernel.height),
      kernel_width: Int64(sizes.window.kernel.width), stride: Int64(sizes.window.stride),
      padding: Int64(sizes.window.padding),
      maximum: sizes.maximum ? 1 : 0)
    let handle = odn_pooling_create(
      direction.raw, &raw, type.raw, layouts.source?.raw, layouts.destination?.raw, forward?.raw)
    return Primitive(owning: try checked(handle, "plan a pooling"), call: "run a pooling")
  }

  /// Copies from one layout to another.
  package static func reorder(from: TensorLayout, to: TensorLayout) throws(OneDNNError) -> Primitive {
    Primitive(
      owning: try checked(odn_reorder_create(from.raw, to.raw), "plan a reorder"), call: "run a reorder")
  }
}
