import Glibc

/// The softmax of one row of logits, in double precision: probabilities and their logarithms.
///
/// Logarithms come from log-sum-exp and not from the probabilities, so they stay finite where a probability
/// underflows to 0.
struct Distribution {
  private(set) var logarithms: [Double]
  private(set) var probabilities: [Double]

  init(classes: Int) {
    logarithms = Array(repeating: 0, count: classes)
    probabilities = Array(repeating: 0, count: classes)
  }

  /// Becomes softmax(row / temperature), over all classes but `excluded`, whose entries are 0, and returns
  /// the logarithm of the sum of exponentials; −∞ where no class is left.
  @discardableResult
  mutating func setSoftmax(
    of row: UnsafeBufferPointer<Float>, temperature: Double, excluding excluded: Int? = nil
  ) -> Double {
    let excluded = excluded ?? -1
    var peak = -Double.infinity
    for index in 0..<row.count where index != excluded { peak = max(peak, Double(row[index])) }
    var sum = 0.0
    for index in 0..<row.count where index != excluded {
      let shifted = (Double(row[index]) - peak) / temperature
      logarithms[index] = shifted
      probabilities[index] = exp(shifted)
      sum += probabilities[index]
    }
    let logarithmOfSum = log(sum)
    for index in 0..<row.count where index != excluded {
      logarithms[index] -= logarithmOfSum
      probabilities[index] /= sum
    }
    if excluded >= 0 { (logarithms[excluded], probabilities[excluded]) = (0, 0) }
    return peak / temperature + logarithmOfSum
  }

  /// KL(self ‖ other) = Σ p·(log p − log q).
  func divergence(from other: Distribution) -> Double {
    var sum = 0.0
    for index in probabilities.indices {
      sum += probabilities[index] * (logarithms[index] - other.logarithms[index])
    }
    return sum
  }

  /// Cross-entropy −Σ p·log q.
  func crossEntropy(with other: Distribution) -> Double {
    var sum = 0.0
    for index in probabilities.indices { sum -= probabilities[index] * other.logarithms[index] }
    return sum
  }
}

/// A softmax seen as two events: the target class, and any other.
struct TargetSplit {
  var logTarget: Double
  /// −∞ where there is no other class.
  var logRest: Double

  var target: Double { exp(logTarget) }
  var rest: Double { exp(logRest) }

  /// From log-sum-exp over all classes and over all but the target: 1 − p(y) without cancellation.
  init(all: Distribution, target: Int, sumOfAll: Double, sumOfRest: Double) {
    logTarget = all.logarithms[target]
    logRest = sumOfRest - sumOfAll
  }

  /// KL between two splits: DKD's target-class term TCKD.
  func divergence(from other: TargetSplit) -> Double {
    if logRest == -.infinity { return 0 }
    return target * (logTarget - other.logTarget) + rest * (logRest - other.logRest)
  }
}
