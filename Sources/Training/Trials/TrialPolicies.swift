import GraphIR
package import Quantization

extension QuantizationPolicy {
  /// The same with these layers in float.
  package func keeping(_ layers: [String]) -> QuantizationPolicy {
    var policy = self
    policy.rules = layers.map { LayerRule($0, .float(.float32)) } + rules
    return policy
  }

  /// One layer as this policy has layers between the first and the last, all others in float.
  package func quantizing(only layer: String) -> QuantizationPolicy {
    var policy = self
    policy.rules = [
      LayerRule(layer, precision(of: layer, isEnd: false)), LayerRule("*", .float(.float32)),
    ]
    return policy
  }
}
