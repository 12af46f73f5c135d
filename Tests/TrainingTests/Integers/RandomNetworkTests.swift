import Foundation
import Testing

/// Integer models of networks that nobody chose: what `ptq` and `convert` give is the fake-quantized network in
/// integers, code for code but for ties, or a refusal that names the layer.
@Suite struct RandomNetworkTests {
  /// 300 networks; as many as `QATLAB_NETWORKS` says where that is set, from the one on that `QATLAB_FIRST_NETWORK` says.
  static let networks = {
    let first = number("QATLAB_FIRST_NETWORK") ?? 0
    return first..<first + (number("QATLAB_NETWORKS") ?? 300)
  }()
  private static let share = 25

  static let shares = Array(stride(from: networks.lowerBound, to: networks.upperBound, by: share))

  private static func number(_ variable: String) -> Int? {
    ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
  }

  @Test(arguments: shares)
  func integerCodesAreTheFakeQuantizedOnesButForTies(from first: Int) throws {
    var (converted, refused) = (0, 0)
    for seed in first..<min(first + Self.share, Self.networks.upperBound) {
      let network = RandomNetwork(seed: UInt64(seed))
      // A crash leaves no expectation behind: in a long search it is told which network it was.
      if Self.number("QATLAB_NETWORKS") != nil { print(network) }
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
    // A generator whose networks are mostly refused would test nothing; about one in eight is.
    #expect(converted > refused)
  }
}
