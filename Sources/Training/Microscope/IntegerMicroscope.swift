package import Datasets
import Execution
package import GraphIR
import Quantization

/// A layer of an integer model with what it read and what it gave for one image, as the engine computed both.
package struct IntegerMicroscope {
  package let shape: Shape
  private let window: IntegerWindow
  private let codes: [UInt8]
  private let residuals: [UInt8]?
  /// What the engine's kernels gave, row-major: codes, or floats where the output is float.
  private let found: Found

  private enum Found {
    case codes([UInt8], QuantizationParameters)
    case floats([Float])
  }

  /// Whether a node can be looked at: what multiplies, averages or compares codes.
  package static func sees(_ id: Graph.NodeID, in graph: Graph) -> Bool {
    switch graph.nodes[id].operation {
    case .integer(.convolution), .integer(.dense), .integer(.pool): true
    case .pool(let pooling): pooling.kind == .maximum && graph.codeGrid(of: id) != nil
    default: false
    }
  }

  /// Runs the model on an image, which counts from 0; nil for a node that cannot be looked at.
  ///
  /// - Throws: where the model doesn't fit the data.
  package init?(_ id: Graph.NodeID, of model: Model, image: Int, of images: ImageSet, in data: Dataset) throws
  {
    guard let window = try IntegerWindow(id, in: model) else { return nil }
    let node = model.graph.nodes[id]
    let plan = try InferencePlan(model, batch: 1, capturing: [id] + node.inputs)
    try plan.run(on: image, in: images, of: data)
    guard let first = node.inputs.first, let read = plan.codes(of: first)?.codes else { return nil }
    (self.window, shape, codes) = (window, node.shape, Array(read))
    residuals = node.inputs.count > 1 ? plan.codes(of: node.inputs[1]).map { Array($0.codes) } : nil
    if let (codes, grid) = plan.codes(of: id) {
      found = .codes(Array(codes), grid)
    } else if let values = plan.values(of: id) {
      found = .floats(Array(values))
    } else {
      return nil
    }
  }

  /// One output by hand; nil outside the shape.
  package func output(at place: OutputPlace) -> IntegerOutput? {
    guard (0..<shape.channels).contains(place.channel), (0..<shape.height).contains(place.row),
      (0..<shape.width).contains(place.column)
    else { return nil }
    return window.output(at: place, of: shape, codes: codes, residuals: residuals)
  }

  /// The code that the engine's kernel gave there; nil where it gives floats.
  package func kernelCode(at place: OutputPlace) -> Int? {
    if case .codes(let codes, _) = found { Int(codes[place.index(in: shape)]) } else { nil }
  }

  /// What the engine's kernel gave there, as a number.
  package func kernelValue(at place: OutputPlace) -> Float { values[place.index(in: shape)] }

  /// Where the output is farthest from 0, among the places that are left open; of equals the first.
  package func strongest(channel: Int?, row: Int?, column: Int?) -> OutputPlace {
    let values = values
    var best = (
      place: OutputPlace(channel: channel ?? 0, row: row ?? 0, column: column ?? 0), size: Float(-1)
    )
    for c in channel.map({ $0..<$0 + 1 }) ?? 0..<shape.channels {
      for y in row.map({ $0..<$0 + 1 }) ?? 0..<shape.height {
        for x in column.map({ $0..<$0 + 1 }) ?? 0..<shape.width {
          let place = OutputPlace(channel: c, row: y, column: x)
          let size = abs(values[place.index(in: shape)])
          if size > best.size { best = (place, size) }
        }
      }
    }
    return best.place
  }

  private var values: [Float] {
    switch found {
    case .codes(let codes, let grid): codes.map { Float(Int32($0) - grid.zeroPoint) * grid.scale }
    case .floats(let values): values
    }
  }
}

/// What a float or fake-quantized model computes where an integer model of it has a node, for one image, row-major; nil
/// where it has no such tensor.
///
/// - Throws: where the model doesn't fit the data.
package func twinValues(
  of node: Graph.Node, in model: Model, image: Int, of images: ImageSet, data: Dataset
) throws -> [Float]? {
  let folded = try model.runnable()
  let nodes = folded.graph.nodes
  let groups = folded.graph.layerGroups
  guard
    let group = groups.first(where: { nodes[$0.output].name == node.name })
      ?? groups.first(where: { nodes[$0.head].name == node.name }),
    nodes[group.output].shape == node.shape
  else { return nil }
  let plan = try InferencePlan(folded, batch: 1, capturing: [group.output])
  try plan.run(on: image, in: images, of: data)
  return plan.floats(of: group.output)
}

extension InferencePlan {
  /// Runs on one image of a data set, standardised as the graph has it.
  fileprivate func run(on image: Int, in images: ImageSet, of data: Dataset) throws {
    let look = data.normalization(for: graph)
    var label: Int32 = 0
    if let input = input.baseAddress {
      gather(
        images, indices: [image][...], mean: look.mean, deviation: look.deviation, augmentation: nil,
        into: input, labels: &label)
    }
    try run()
  }
}
