/// Why the bytes of a file give no picture.
package enum PictureError: Error, Hashable, Sendable {
  case empty
  /// They are neither JPEG nor PNG.
  case unknownFormat
  /// `reason` is the library's own text.
  case damaged(reason: String)
  /// The header promises more pixels than are decoded.
  case tooLarge(width: Int, height: Int, most: Int)
  case outOfMemory

  /// What is wrong, in a clause that goes on from the file's name: "it is empty".
  package var reason: String {
    switch self {
    case .empty: "it is empty"
    case .unknownFormat: "it is neither JPEG nor PNG"
    case .damaged(let reason): reason.prefix(1).lowercased() + reason.dropFirst()
    case .tooLarge(let width, let height, let most):
      "it declares \(width)×\(height) pixels, and \(most / 1_000_000) million are the most"
    case .outOfMemory: "there is not enough memory to decode it"
    }
  }
}
