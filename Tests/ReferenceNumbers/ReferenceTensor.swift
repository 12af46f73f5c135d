/// A tensor of a reference file, row-major.
package struct ReferenceTensor: Sendable {
  package var shape: [Int]
  package var data: [Double]

  /// Takes {"shape": […], "data": […]}; a shape of no sizes is a single number.
  package init(_ json: JSON) throws {
    shape = try json.numbers("shape").map { Int($0) }
    data = try json.numbers("data")
    guard shape.reduce(1, *) == data.count else {
      throw MissingReference(name: "data", expected: "of the size of its shape")
    }
  }

  package var floats: [Float] { data.map { Float($0) } }
  package var int32s: [Int32] { data.map { Int32($0) } }
}
