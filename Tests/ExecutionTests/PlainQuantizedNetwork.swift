/// Two dense layers with learned quantization, in plain loops and Double: an independent form of what the plan computes.
///
/// x → W1 (LSQ) + b1 → ReLU → activation range → W2 (LSQ) → Σ direction · logits.
struct PlainQuantizedNetwork {
  enum Range {
    case learnedScale(Double)
    case clipped(alpha: Double)
  }

  struct Gradients {
    var firstWeight: [Double]
    var firstScale: [Double]
    var secondScale: [Double]
    var range: Double
  }

  var inputs: Int
  var hidden: Int
  var outputs: Int
  /// Row-major [outputs, inputs] of each layer.
  var first: [Double]
  var firstBias: [Double]
  var second: [Double]
  var firstScales: [Double]
  var secondScales: [Double]
  var range: Range
  /// Greatest weight and activation integers.
  var weightEdge: Double
  var activationEdge: Double

  private func rounded(_ w: [Double], _ scales: [Double]) -> [Double] {
    let fanIn = w.count / scales.count
    return w.indices.map { index in
      let s = scales[index / fanIn]
      return min(max((w[index] / s).rounded(.toNearestOrEven), -weightEdge), weightEdge) * s
    }
  }

  private var activationScale: Double {
    switch range {
    case .learnedScale(let scale): scale
    case .clipped(let alpha): alpha / activationEdge
    }
  }

  /// Gradients of Σ direction·logits over the rows of x, which lie on their grid already.
  func gradients(x: [Double], direction: [Double]) -> Gradients {
    let batch = x.count / inputs
    let (firstRounded, secondRounded) = (rounded(first, firstScales), rounded(second, secondScales))
    var first = [Double](repeating: 0, count: self.first.count)
    var second = [Double](repeating: 0, count: self.second.count)
    var rangeSum = 0.0
    let s = activationScale
    for row in 0..<batch {
      for unit in 0..<hidden {
        var sum = firstBias[unit]
        for input in 0..<inputs { sum += firstRounded[unit * inputs + input] * x[row * inputs + input] }
        let t = max(sum, 0) / s
        let code = min(t.rounded(.toNearestOrEven), activationEdge)
        var g = 0.0
        for output in 0..<outputs {
          let d = direction[row * outputs + output]
          g += d * secondRounded[output * hidden + unit]
          second[output * hidden + unit] += d * code * s
        }
        switch range {
        case .learnedScale: rangeSum += g * (t >= activationEdge ? activationEdge : code - t)
        case .clipped: rangeSum += t >= activationEdge ? g : 0
        }
        guard sum > 0, t < activationEdge else { continue }
        for input in 0..<inputs { first[unit * inputs + input] += g * x[row * inputs + input] }
      }
    }
    if case .learnedScale = range { rangeSum /= (Double(hidden) * activationEdge).squareRoot() }
    return Gradients(
      firstWeight: straightThrough(first, self.first, firstScales),
      firstScale: scaleGradient(first, self.first, firstScales),
      secondScale: scaleGradient(second, self.second, secondScales), range: rangeSum)
  }

  private func straightThrough(_ g: [Double], _ w: [Double], _ scales: [Double]) -> [Double] {
    let fanIn = w.count / scales.count
    return w.indices.map { abs(w[$0] / scales[$0 / fanIn]) < weightEdge ? g[$0] : 0 }
  }

  private func scaleGradient(_ g: [Double], _ w: [Double], _ scales: [Double]) -> [Double] {
    let fanIn = w.count / scales.count
    return scales.indices.map { output in
      let sum = (output * fanIn..<(output + 1) * fanIn).reduce(0.0) { sum, index in
        let t = w[index] / scales[output]
        let slope =
          t >= weightEdge ? weightEdge : t <= -weightEdge ? -weightEdge : t.rounded(.toNearestOrEven) - t
        return sum + g[index] * slope
      }
      return sum / (Double(fanIn) * weightEdge).squareRoot()
    }
  }
}
