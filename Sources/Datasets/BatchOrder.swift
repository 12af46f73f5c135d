import GraphIR

/// The order in which an epoch goes through the images: a seeded shuffle cut into batches.
///
/// The order depends on the number of images, the seed and the epoch alone, not on epochs before it.
package struct BatchOrder: Hashable, Sendable {
  package let seed: UInt64
  package private(set) var epoch: Int
  /// Every number in 0..<count once.
  package private(set) var indices: [Int]

  package init(count: Int, seed: UInt64, epoch: Int) {
    self.seed = seed
    self.epoch = epoch
    indices = Array(0..<count)
    shuffle()
  }

  /// Makes this the order of another epoch, in the same memory.
  package mutating func reshuffle(epoch: Int) {
    self.epoch = epoch
    for position in indices.indices { indices[position] = position }
    shuffle()
  }

  /// The images of a batch, counted from 0.
  package func batch(_ number: Int, of size: Int) -> ArraySlice<Int> {
    indices[number * size..<min((number + 1) * size, indices.count)]
  }

  private mutating func shuffle() {
    var generator = SeededGenerator(seed &+ SeededGenerator.shift, UInt64(bitPattern: Int64(epoch)))
    indices.shuffle(by: &generator)
  }
}

extension Array {
  /// Fisher–Yates, from the end: the same order on every version of the standard library.
  mutating func shuffle(by generator: inout SeededGenerator) {
    for last in stride(from: count - 1, to: 0, by: -1) {
      swapAt(last, generator.next(below: last + 1))
    }
  }
}
