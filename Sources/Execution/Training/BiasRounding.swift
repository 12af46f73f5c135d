import CKernels
import GraphIR
import OneDNN
import Quantization

/// Biases as the integer model will hold them: whole numbers of input scale × weight scale, with what takes out the
/// residual's zero point.
///
/// The gradient passes straight through. With few bits a unit is so coarse that the loss has to see it.
final class BiasRounding {
  private let input: ActivationObserver
  private let residual: ActivationObserver?
  /// Scale of each output's weights, of the step at hand.
  private let scales: Vector<Float>

  init(input: ActivationObserver, residual: ActivationObserver?, scales: Vector<Float>) {
    self.input = input
    self.residual = residual
    self.scales = scales
  }

  func rounded(_ value: Double, output: Int) -> Double {
    let unit = Double(input.parameters.scale) * Double(scales[output])
    var constant = 0.0
    if let zero = residual?.parameters.unsigned {
      constant = -Double(zero.scale) * Double(zero.zeroPoint)
    }
    return Double(wholeUnits(value + constant, unit)) * unit - constant
  }
}

/// Rounds a layer's own bias into the vector that its forward pass adds.
final class RoundBiases: Step {
  let label: String
  let kind = StepKind.weightQuantization
  let target: Vector<Float>
  private let bias: ParameterID
  private let rounding: BiasRounding
  private var source: UnsafeMutablePointer<Float>?

  init(_ label: String, _ bias: ParameterID, outputs: Int, _ rounding: BiasRounding) {
    self.label = label + " round biases"
    self.bias = bias
    self.rounding = rounding
    target = Vector(outputs, repeating: 0)
  }

  func bind(_ memory: PlanMemory) { source = memory.floats(.parameter(bias)) }

  func run() {
    guard let source else { return }
    for output in 0..<target.count {
      target[output] = Float(rounding.rounded(Double(source[output]), output: output))
    }
  }
}

extension TrainingPlanner {
  /// How the biases of a quantized layer are rounded; nil where its input lies on no grid.
  func biasRounding(_ group: LayerGroup, scales: Vector<Float>) -> BiasRounding? {
    func observer(_ tensor: Graph.NodeID?) -> ActivationObserver? {
      tensor.flatMap(graph.grid(of:)).flatMap { observers[$0.observer] }
    }
    guard let input = observer(graph.nodes[group.head].inputs.first) else { return nil }
    return BiasRounding(input: input, residual: observer(group.residual), scales: scales)
  }
}
