import CKernels
import GraphIR
import OneDNN

/// A convolution's weight gradient as one product: output gradients by what each output pixel sees.
struct PlannedColumns {
  /// A dense layer whose images are pixels and whose inputs are (channels, taps).
  var primitive: Primitive
  var shape: ck_columns
  var rows, outputs: Int
  var columnBytes: Int
}

extension TrainingPlanner {
  /// The product that stands for the weights' gradient of a strided convolution onto a small plane of bfloat16, for
  /// which oneDNN's own code is mostly padding; nil elsewhere.
  func columns(
    _ convolution: Convolution, _ source: ActivationTensor, _ y: ActivationTensor, _ weights: PlannedWeights
  ) throws -> PlannedColumns? {
    guard source.type == .bfloat16, y.type == .bfloat16, convolution.stride > 1, y.shape.spatial <= 16,
      convolution.groups == 1, !convolution.hasBias, weights.standIn == nil, source.holdsSixteens,
      y.holdsSixteens
    else { return nil }
    let taps = convolution.kernel * convolution.kernel
    let master = try TensorLayout.tiles(
      outputs: convolution.outputs, inputs: convolution.inputs, kernel: convolution.kernel, side: 16)
    guard master.isSame(as: weights.layout) else { return nil }
    let sizes = DenseSizes(
      batch: batch * y.shape.spatial, inputs: convolution.inputs * taps, outputs: convolution.outputs)
    let types = LayerEpilogue(.bfloat16, hasBias: false)
    var layouts = LayerLayouts(
      source: try TensorLayout.plain([sizes.batch, sizes.inputs], .bfloat16),
      destination: try TensorLayout.plain([sizes.batch, sizes.outputs], .bfloat16))
    let forward = try Primitive.dense(.forwardTraining, sizes, types, layouts)
    // Taps follow each other within sixteen channels, so these tiles lie as the convolution's do.
    layouts.weights = try TensorLayout.tiles(outputs: sizes.outputs, inputs: sizes.inputs)
    let primitive = try Primitive.dense(
      .backwardWeights, sizes, types.forWeightsGradient, layouts, forward: forward)
    return PlannedColumns(
      primitive: primitive, shape: ck_columns(convolution, source, y), rows: sizes.batch,
      outputs: sizes.outputs, columnBytes: 2 * sizes.batch * sizes.inputs)
  }

  mutating func appendColumns(
    _ columns: PlannedColumns, _ node: Graph.Node, source: ActivationTensor, gradient: BufferID,
    y: ActivationTensor, _ parameter: ParameterID
  ) {
    let seen = memory.reserve(columns.columnBytes)
    append(
      GatherColumns(node.name + " columns", columns.shape, from: source.buffer, to: seen),
      [source.buffer, seen])
    // A row a pixel is what a kernel of one pixel sees.
    let rows = memory.reserve(2 * columns.rows * columns.outputs)
    append(
      GatherColumns(node.name + " gradient rows", ck_columns(pixelsOf: y), from: gradient, to: rows),
      [gradient, rows])
    append(
      PrimitiveStep(
        node.name + " backward weights", .convolution, columns.primitive,
        [
          (.source, .buffer(seen)), (.destinationGradient, .buffer(rows)),
          (.weightsGradient, .gradient(parameter)),
        ]),
      [seen, rows])
  }
}

extension ck_columns {
  fileprivate init(_ convolution: Convolution, _ source: ActivationTensor, _ y: ActivationTensor) {
    self.init(
      batch: Int64(source.batch), channels: Int64(source.shape.channels / 16),
      height: Int64(source.shape.height), width: Int64(source.shape.width),
      out_height: Int64(y.shape.height), out_width: Int64(y.shape.width),
      kernel: Int64(convolution.kernel), stride: Int64(convolution.stride),
      padding: Int64(convolution.padding))
  }

  fileprivate init(pixelsOf y: ActivationTensor) {
    self.init(Convolution(inputs: y.shape.channels, outputs: y.shape.channels, kernel: 1), y, y)
  }
}
