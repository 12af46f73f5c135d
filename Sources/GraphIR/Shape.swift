/// The shape of one image's activations: channels × height × width.
///
/// A vector of n features is n × 1 × 1.
package struct Shape: Hashable, Sendable, Codable, CustomStringConvertible {
  package var channels: Int
  package var height: Int
  package var width: Int

  package init(channels: Int, height: Int, width: Int) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  package static func vector(_ features: Int) -> Shape { Shape(channels: features, height: 1, width: 1) }

  /// Elements of one image.
  package var count: Int { channels * height * width }
  package var spatial: Int { height * width }

  /// Whether a network for images of this shape takes others: of the same size, and grey ones in the place of three
  /// colours, which are then equal.
  package func takes(_ images: Shape) -> Bool {
    self == images
      || channels == 3 && images.channels == 1 && height == images.height && width == images.width
  }
  /// False for extents that no network has, which a file may hold.
  package var isPossible: Bool { [channels, height, width].allSatisfy(Possible.extents.contains) }
  package var description: String {
    spatial == 1 ? "\(channels)" : "\(channels)×\(height)×\(width)"
  }
}

/// Why an operation can't take the shape it is given; `reason` is a whole clause, fit for a diagnostic.
package struct ShapeError: Error, Equatable {
  package var node: String
  package var reason: String

  package init(node: String, reason: String) {
    self.node = node
    self.reason = reason
  }
}
