import Execution
import GraphIR
import Testing

@Suite struct PlaneProductTests {
  struct Plane: CustomTestStringConvertible {
    var convolution: Convolution
    var side: Int
    var testDescription: String { "\(convolution.kernel)×, stride \(convolution.stride), \(side) px" }
  }

  static let tiny = [
    Plane(convolution: Convolution(inputs: 1, outputs: 1, kernel: 3, padding: 1), side: 2),
    Plane(convolution: Convolution(inputs: 1, outputs: 1, kernel: 3, padding: 1), side: 1),
    Plane(convolution: Convolution(inputs: 1, outputs: 1, kernel: 3, stride: 2, padding: 1), side: 2),
    Plane(convolution: Convolution(inputs: 1, outputs: 1, kernel: 5, padding: 2), side: 3),
  ]

  @Test(arguments: tiny) func productsAddUpToTheConvolution(_ plane: Plane) throws {
    let convolution = plane.convolution
    let input = Shape(channels: 1, height: plane.side, width: plane.side)
    let output = try outputShape(convolution, input)
    let product = try #require(PlaneProduct(convolution, input: input, output: output))
    let taps = (0..<product.taps).map { 1 << $0 }
    let image = (0..<input.spatial).map { 3 * $0 + 1 }
    for row in 0..<output.height {
      for column in 0..<output.width {
        let to = row * output.width + column
        let dense = (0..<input.spatial).reduce(0) {
          $0 + image[$1] * taps[product.tapOfPair[$1 * product.outputPixels + to]]
        }
        #expect(dense == slide(convolution, image, plane.side, taps, row, column))
      }
    }
  }

  private func outputShape(_ convolution: Convolution, _ input: Shape) throws -> Shape {
    var graph = Graph(architecture: "one", input: input)
    try graph.append("conv", .convolution(convolution), 0)
    return graph.outputShape
  }

  /// One sum of the convolution by its definition.
  private func slide(
    _ convolution: Convolution, _ image: [Int], _ side: Int, _ taps: [Int], _ row: Int, _ column: Int
  ) -> Int {
    var sum = 0
    for down in 0..<convolution.kernel {
      for right in 0..<convolution.kernel {
        let y = row * convolution.stride + down - convolution.padding
        let x = column * convolution.stride + right - convolution.padding
        guard (0..<side).contains(y), (0..<side).contains(x) else { continue }
        sum += image[y * side + x] * taps[down * convolution.kernel + right]
      }
    }
    return sum
  }

  @Test(arguments: [
    Plane(convolution: Convolution(inputs: 1, outputs: 1, kernel: 3, padding: 1), side: 4),
    Plane(convolution: Convolution(inputs: 1, outputs: 1, kernel: 1), side: 1),
    Plane(convolution: Convolution(inputs: 2, outputs: 2, kernel: 3, padding: 1, groups: 2), side: 2),
  ])
  func otherConvolutionsAreLeftAsTheyAre(_ plane: Plane) throws {
    let input = Shape(channels: plane.convolution.inputs, height: plane.side, width: plane.side)
    let output = try outputShape(plane.convolution, input)
    #expect(PlaneProduct(plane.convolution, input: input, output: output) == nil)
  }
}
