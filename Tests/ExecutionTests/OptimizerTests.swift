import CKernels
import Foundation
import Testing

/// Updates against the papers' formulas in double precision.
@Suite struct OptimizerTests {
  let gradients: [[Float]] = (0..<5).map { formulaValues("g\($0)", salt: "optimizer", count: 37) }
  let start = formulaValues("w", salt: "optimizer", count: 37)

  @Test func adamFollowsItsFormulaWithDecay() {
    var w = start
    var m = [Float](repeating: 0, count: 37)
    var v = m
    for (index, g) in gradients.enumerated() {
      ck_adam(&w, g, &m, &v, 37, 0.01, 0.9, 0.999, 1e-8, 0.1, Int64(index + 1))
    }
    for place in 0..<37 {
      var (x, first, second) = (Double(start[place]), 0.0, 0.0)
      for (index, g) in gradients.enumerated() {
        let d = Double(g[place]) + 0.1 * x
        first = 0.9 * first + 0.1 * d
        second = 0.999 * second + 0.001 * d * d
        let corrected = first / (1 - pow(0.9, Double(index + 1)))
        let spread = (second / (1 - pow(0.999, Double(index + 1)))).squareRoot()
        x -= 0.01 * corrected / (spread + 1e-8)
      }
      #expect(abs(Double(w[place]) - x) < 1e-5)
    }
  }

  @Test func adamWTakesItsDecayBesideTheStep() {
    var w = start
    var m = [Float](repeating: 0, count: 37)
    var v = m
    for (index, g) in gradients.enumerated() {
      ck_adamw(&w, g, &m, &v, 37, 0.01, 0.9, 0.999, 1e-8, 0.1, Int64(index + 1))
    }
    for place in 0..<37 {
      var (x, first, second) = (Double(start[place]), 0.0, 0.0)
      for (index, g) in gradients.enumerated() {
        let d = Double(g[place])
        first = 0.9 * first + 0.1 * d
        second = 0.999 * second + 0.001 * d * d
        let corrected = first / (1 - pow(0.9, Double(index + 1)))
        let spread = (second / (1 - pow(0.999, Double(index + 1)))).squareRoot()
        x = x * (1 - 0.01 * 0.1) - 0.01 * corrected / (spread + 1e-8)
      }
      #expect(abs(Double(w[place]) - x) < 1e-5)
    }
  }

  /// Four steps of torch.optim.Adam and AdamW (PyTorch 2.13) at lr 0.05.
  @Test(
    arguments: [
      (true, 0.1, [0.820025146, -0.550797284, 0.245037377, -0.113082379, 2.158783913]),
      (true, 0.01, [0.836660624, -0.560446441, 0.249500349, -0.114171818, 2.195832729]),
      (false, 0.1, [0.827295661, -0.546034038, 0.056457777, -0.112187549, 1.800326824]),
      (false, 0.01, [0.837139428, -0.559980154, 0.056458540, -0.114082225, 1.800328612]),
    ] as [(Bool, Double, [Float])])
  func bothGivePyTorchsNumbers(isDecoupled: Bool, decay: Double, expected: [Float]) {
    let gradients: [[Float]] = [
      [0.5, 0.5, 0, 0.1, -1e-4], [0.25, -0.5, 0, 0.2, -1e-4], [-0.125, 0.5, 0, -0.3, -1e-4],
      [1, -0.5, 0, 0.4, -1e-4],
    ]
    var w: [Float] = [1, -0.5, 0.25, 0, 2]
    var (m, v) = ([Float](repeating: 0, count: 5), [Float](repeating: 0, count: 5))
    for (index, g) in gradients.enumerated() {
      let update = isDecoupled ? ck_adamw : ck_adam
      update(&w, g, &m, &v, 5, 0.05, 0.9, 0.999, 1e-8, decay, Int64(index + 1))
    }
    for (found, wanted) in zip(w, expected) { #expect(abs(found - wanted) < 2e-6) }
  }

  @Test func momentumFollowsItsFormulaWithDecay() {
    var w = start
    // The first step sets the moment, whatever lay there.
    var m = [Float](repeating: 7, count: 37)
    for (index, g) in gradients.enumerated() { ck_sgd(&w, g, &m, 37, 0.1, 0.9, 0.01, Int64(index + 1)) }
    for place in 0..<37 {
      var (x, moment) = (Double(start[place]), 0.0)
      for g in gradients {
        moment = 0.9 * moment + Double(g[place]) + 0.01 * x
        x -= 0.1 * moment
      }
      #expect(abs(Double(w[place]) - x) < 1e-5)
    }
  }
}
