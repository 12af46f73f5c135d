import GraphIR

/// Random crop with padding, then random horizontal flip, and where it is asked for a random change of colours.
///
/// An image's draw depends on seed, epoch and the image's index alone, so neither on its batch nor on
/// threads.
package struct Augmentation: Hashable, Sendable {
  /// Pixels of black border on each side before cropping to the size that was.
  package var padding: Int
  package var flips: Bool
  package var seed: UInt64
  package var epoch: Int
  /// By how much brightness, contrast and saturation may change; 0 leaves colours as they are.
  package var jitter: Float

  package init(padding: Int = 2, flips: Bool = true, seed: UInt64, epoch: Int, jitter: Float = 0) {
    self.padding = padding
    self.flips = flips
    self.seed = seed
    self.epoch = epoch
    self.jitter = jitter
  }

  /// How one image is moved: pixel (y, x) comes from (y + rows, x + columns), mirrored where `flipped`.
  package struct Draw: Hashable, Sendable {
    package var rows: Int
    package var columns: Int
    package var flipped: Bool

    /// The image as it is.
    package static let identity = Draw(rows: 0, columns: 0, flipped: false)
  }

  package func draw(for index: Int) -> Draw {
    let seed = seed &+ SeededGenerator.shift
    var generator = SeededGenerator(seed, UInt64(bitPattern: Int64(epoch)), UInt64(index) | 1 << 63)
    let rows = generator.next(below: 2 * padding + 1) - padding
    let columns = generator.next(below: 2 * padding + 1) - padding
    return Draw(rows: rows, columns: columns, flipped: flips && generator.next() >> 63 == 1)
  }
}
