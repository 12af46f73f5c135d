/// An average over a plane, taken into the weights of the dense layer behind it.
///
/// torchvision's VGG averages a plane of any size to 7×7, and its dense layer has a column for each of those; a network
/// without the average has one for each pixel of the plane. Both compute the same.
///
/// PyTorch's adaptive average: bin i of n over a length l covers the places from ⌊i·l/n⌋ to below ⌈(i + 1)·l/n⌉.
package struct PlaneFold: Sendable {
  package static let side = 7

  var channels: Int
  var height: Int
  var width: Int

  /// Nil where a matrix of so many columns is not one behind such an average, or the plane is larger than it.
  package init?(channels: Int, height: Int, width: Int, columns: Int) {
    guard columns == channels * Self.side * Self.side, (1...Self.side).contains(height),
      (1...Self.side).contains(width)
    else { return nil }
    (self.channels, self.height, self.width) = (channels, height, width)
  }

  /// The matrix [rows, channels·height·width] of one of [rows, channels·7·7].
  package func fold(_ matrix: [Float], rows: Int) -> [Float] {
    let across = Self.shares(width)
    let pixels = Self.shares(height).flatMap { down in
      across.map { across in
        down.flatMap { row in
          across.map { (source: row.bin * Self.side + $0.bin, share: row.share * $0.share) }
        }
      }
    }
    var result = [Float](repeating: 0, count: rows * channels * pixels.count)
    matrix.withUnsafeBufferPointer { matrix in
      for plane in 0..<rows * channels {
        for (pixel, sources) in pixels.enumerated() {
          var sum = 0.0
          for (source, share) in sources {
            sum += share * Double(matrix[plane * Self.side * Self.side + source])
          }
          result[plane * pixels.count + pixel] = Float(sum)
        }
      }
    }
    return result
  }

  /// For each place of a length, the bins that cover it, and its share of each.
  private static func shares(_ length: Int) -> [[(bin: Int, share: Double)]] {
    var shares = [[(bin: Int, share: Double)]](repeating: [], count: length)
    for bin in 0..<side {
      let covered = bin * length / side..<((bin + 1) * length + side - 1) / side
      for place in covered { shares[place].append((bin, 1 / Double(covered.count))) }
    }
    return shares
  }
}
