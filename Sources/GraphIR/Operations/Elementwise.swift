/// Shape of the sum of two tensors: both must be equal.
func addedShape(_ inputs: [Shape], node: String) throws(ShapeError) -> Shape {
  guard inputs.count == 2, inputs[0] == inputs[1] else {
    throw ShapeError(
      node: node,
      reason: "it adds " + inputs.map(\.description).joined(separator: " and ") + ", which differ")
  }
  return inputs[0]
}
