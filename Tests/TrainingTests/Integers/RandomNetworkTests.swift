import Foundation
import Testing

/// Integer models of networks that nobody chose: what `ptq` and `convert` give is the fake-quantized network in
/// integers, code for code but for ties, or a refusal that names the layer.
@Suite struct RandomNetworkTests {
  /// 300 networks; as many as `QATLAB_NETWORKS` says where that is set.
  static let count = ProcessInfo.processInfo.environment["QATLAB_NETWORKS"].flatMap { Int($0) } ?? 300
  private static let share = 25

  static let shares = Array(stride(from: 0, to: count, by: share))

  @Test(arguments: shares)
  func integerCodesAreTheFakeQuantizedOnesButForTies(from first: Int) throws {
    var (converted, refused) = (0, 0)
    for seed in first..<min(first + Self.share, Self.count) {
      let network = RandomNetwork(seed: UInt64(seed))
      do {
        let trial = try RandomNetworkTrial(network)
        converted += 1
        #expect(trial.comparison.compared > 0)
        #expect(
          trial.comparison.faults.isEmpty,
          "\(network)\n\(trial.comparison.faults.prefix(3)) of \(trial.comparison.faults.count)")
        #expect(trial.agrees, "\(network): \(trial.same) of \(trial.images)")
      } catch let refusal as RandomNetworkTrial.Refusal {
        refused += 1
        #expect(refusal.node?.isEmpty == false, "\(network): \(refusal.reason)")
      }
    }
    // A generator whose networks are mostly refused would test nothing.
    #expect(converted > 2 * refused)
  }
}
