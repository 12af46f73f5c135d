/// The images that come in.
struct Images: OperationTraits {
  var shortName: String { "input" }
}

/// The sum of two tensors of one shape.
struct Addition: OperationTraits {
  var shortName: String { "add" }
  var role: GroupRole { .add }

  func outputShape(_ inputs: [Shape], node: String) throws(ShapeError) -> Shape {
    guard inputs.count == 2, inputs[0] == inputs[1] else {
      throw ShapeError(
        node: node,
        reason: "it adds " + inputs.map(\.description).joined(separator: " and ") + ", which differ")
    }
    return inputs[0]
  }
}

/// Images as rows of features.
struct Flattening: OperationTraits {
  var shortName: String { "flatten" }
  var gridEffect: GridEffect { .keeps }
  var isHomogeneous: Bool { true }

  func outputShape(_ inputs: [Shape], node: String) throws(ShapeError) -> Shape { .vector(inputs[0].count) }
}
