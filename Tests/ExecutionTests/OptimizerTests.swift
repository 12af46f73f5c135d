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
