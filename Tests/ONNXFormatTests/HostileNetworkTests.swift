import Foundation
import GraphIR
import ONNXFormat
import Testing
import Text

/// Files of networks with changed bytes become a sound network or an error that has words.
@Suite struct HostileNetworkTests {
  /// `QATLAB_MUTATIONS` sets how many of each file are tried.
  @Test(arguments: ImportTests.names)
  func mutatedFilesNeverTrap(name: String) throws {
    let whole = try ImportTests.bytes(name)
    let count = ProcessInfo.processInfo.environment["QATLAB_MUTATIONS"].flatMap { Int($0) } ?? 400
    var generator = SeededGenerator(seed: 3, purpose: name)
    var taken = 0
    for _ in 0..<count {
      let bytes = mutated(whole, &generator)
      do throws(ImportError) {
        let network = try importedNetwork(from: bytes, input: Shape(channels: 3, height: 32, width: 32))
        taken += 1
        for (name, tensor) in network.parameters.tensors {
          #expect(tensor.count == tensor.shape.reduce(1, *) && tensor.isFinite, "\(name)")
        }
        #expect(network.graph.nodes.indices.contains(network.graph.output))
      } catch {
        #expect(!error.message.isEmpty)
      }
    }
    // Most bytes are weights: another value there is a network still, and where none is, nothing was tried.
    #expect(taken > 0 && taken < count)
  }

  private func mutated(_ whole: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = whole
    for _ in 0...generator.next(below: 3) where !bytes.isEmpty {
      let place = generator.next(below: bytes.count)
      switch generator.next(below: 6) {
      case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
      case 1: bytes[place] ^= 1 << UInt8(generator.next(below: 8))
      // Lengths and counts as protobuf writes them: of the largest size, negative, and 0.
      case 2:
        for offset in place..<min(place + 10, bytes.count) {
          bytes[offset] = generator.next(below: 3) == 0 ? 0x01 : 0xFF
        }
      case 3: bytes.removeLast(generator.next(below: max(1, bytes.count / 2)))
      case 4: bytes.insert(contentsOf: bytes[place..<min(place + 24, bytes.count)], at: place)
      default: bytes.removeSubrange(place..<min(place + 1 + generator.next(below: 8), bytes.count))
      }
    }
    return bytes
  }
}
