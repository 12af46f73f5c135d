/// Maximum or average over windows; `global` averages the whole plane whatever its size.
package struct Pooling: Hashable, Sendable, Codable {
  package enum Kind: String, Sendable, Codable { case maximum, average }

  package var kind: Kind
  package var kernel: Int
  package var stride: Int
  package var padding: Int
  package var global: Bool

  package init(_ kind: Kind, kernel: Int, stride: Int? = nil, padding: Int = 0) {
    self.kind = kind
    self.kernel = kernel
    self.stride = stride ?? kernel
    self.padding = padding
    self.global = false
  }

  /// Average of the whole plane: torchvision's `AdaptiveAvgPool2d(1)`.
  package static var globalAverage: Pooling {
    var pooling = Pooling(.average, kernel: 1)
    pooling.global = true
    return pooling
  }

}

extension Pooling: OperationTraits {
  package var shortName: String { "pool" }

  package var words: String {
    if global { return "average of the plane" }
    let kind = kind == .maximum ? "max" : "average"
    return "\(kind) pool \(kernel)×\(kernel)" + (stride == kernel ? "" : ", stride \(stride)")
      + (padding == 0 ? "" : ", padding \(padding)")
  }

  /// A maximum is on its input's grid already, an average lies between its codes.
  package var gridEffect: GridEffect { kind == .maximum ? .keeps : .roundsAgain }
  package var isHomogeneous: Bool { true }

  package var isPossible: Bool {
    [kernel, stride].allSatisfy(Possible.extents.contains) && Possible.paddings.contains(padding)
  }

  package func outputShape(_ shapes: [Shape], node: String) throws(ShapeError) -> Shape {
    let input = shapes[0]
    if global { return Shape(channels: input.channels, height: 1, width: 1) }
    // As in PyTorch: a window that lies on padding alone would have no maximum.
    guard padding <= kernel / 2 else {
      throw ShapeError(
        node: node,
        reason: "a padding of \(padding) is more than half of a \(kernel)×\(kernel) window")
    }
    let height = slidingExtent(input.height, kernel: kernel, stride: stride, padding: padding)
    let width = slidingExtent(input.width, kernel: kernel, stride: stride, padding: padding)
    guard height > 0, width > 0 else {
      throw ShapeError(
        node: node,
        reason: "a \(kernel)×\(kernel) window does not fit into \(input.height)×\(input.width)")
    }
    return Shape(channels: input.channels, height: height, width: width)
  }
}
