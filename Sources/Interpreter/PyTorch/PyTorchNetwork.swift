import GraphIR

/// A float network as a class of PyTorch, whose `state_dict` has this program's names.
struct PyTorchNetwork {
  let name: String
  private let graph: Graph

  /// `graph` may be one that QAT prepared: what it rounds is left out.
  init(_ graph: Graph, name: String) {
    self.graph = graph
    self.name = name
  }

  var lines: [String] {
    ["class \(name)(nn.Module):"]
      + pythonComment(
        "\(graph.architecture) for images of \(graph.inputShape.channels)×"
          + "\(graph.inputShape.height)×\(graph.inputShape.width)", indent: 4)
      + ["    def __init__(self):", "        super().__init__()"] + modules + [""]
      + ["    def forward(self, images):"] + forward
  }

  private var modules: [String] {
    graph.nodes.compactMap { node in module(node).map { "        place(self, \(python(node.name)), \($0))" } }
  }

  /// Nil for what has no parameters and is written as a function.
  private func module(_ node: Graph.Node) -> String? {
    switch node.operation {
    case .convolution(let c):
      "nn.Conv2d(\(c.inputs), \(c.outputs), \(c.kernel), stride=\(c.stride), padding=\(c.padding), "
        + "groups=\(c.groups), bias=\(python(c.hasBias)))"
    case .batchNorm(let norm):
      isVector(node)
        ? "nn.BatchNorm1d(\(norm.channels), eps=\(norm.epsilon), momentum=\(norm.momentum))"
        : "nn.BatchNorm2d(\(norm.channels), eps=\(norm.epsilon), momentum=\(norm.momentum))"
    case .dense(let dense): "nn.Linear(\(dense.inputs), \(dense.outputs), bias=\(python(dense.hasBias)))"
    case .dropout(let dropout): "nn.Dropout(\(dropout.rate))"
    case .input, .activation, .pool, .add, .flatten, .fakeQuantize, .integer: nil
    }
  }

  /// True behind a dense layer, or behind what flattens.
  private func isVector(_ node: Graph.Node) -> Bool {
    var current = node
    while let source = current.inputs.first.map({ graph.nodes[$0] }) {
      switch source.operation {
      case .dense, .flatten: return true
      case .convolution, .pool, .input: return false
      case .batchNorm, .activation, .add, .dropout, .fakeQuantize, .integer: current = source
      }
    }
    return false
  }

  private var forward: [String] {
    var values: [String] = []
    var lines: [String] = []
    for (id, node) in graph.nodes.enumerated() {
      let inputs = node.inputs.map { values[$0] }
      guard let first = inputs.first else {
        values.append("images")
        continue
      }
      guard let call = call(node, first, inputs) else {
        values.append(first)
        continue
      }
      values.append("x\(id)")
      lines.append("        x\(id) = \(call)")
    }
    return lines + [
      "        return " + (values.indices.contains(graph.output) ? values[graph.output] : "images")
    ]
  }

  private func call(_ node: Graph.Node, _ first: String, _ inputs: [String]) -> String? {
    switch node.operation {
    case .convolution, .batchNorm, .dropout: "\(path(node.name))(\(first))"
    case .dense(let dense):
      // A dense layer takes planes as a vector.
      graph.nodes[node.inputs[0]].shape.spatial > 1 || !isFlat(node.inputs[0], dense)
        ? "\(path(node.name))(torch.flatten(\(first), 1))" : "\(path(node.name))(\(first))"
    case .activation(let activation): function(activation, first)
    case .pool(let pooling): pool(pooling, first)
    case .add: "\(first) + \(inputs.last ?? first)"
    case .flatten: "torch.flatten(\(first), 1)"
    case .input, .fakeQuantize, .integer: nil
    }
  }

  /// True of what is a vector in PyTorch too.
  private func isFlat(_ id: Graph.NodeID, _ dense: Dense) -> Bool {
    switch graph.nodes[id].operation {
    case .dense, .flatten: true
    case .convolution, .pool, .input: false
    case .batchNorm, .activation, .add, .dropout, .fakeQuantize, .integer:
      graph.nodes[id].inputs.first.map { isFlat($0, dense) } ?? false
    }
  }

  private func function(_ activation: Activation, _ x: String) -> String {
    switch activation {
    case .rectifier(.relu): return "F.relu(\(x))"
    case .rectifier(.relu6): return "F.relu6(\(x))"
    case .curve(let curve):
      return curve.arguments.isEmpty
        ? "F.\(curve.name)(\(x))" : "F.leaky_relu(\(x), \(curve.arguments[0]))"
    }
  }

  private func pool(_ pooling: Pooling, _ x: String) -> String {
    if pooling.global { return "F.adaptive_avg_pool2d(\(x), 1)" }
    let kind = pooling.kind == .maximum ? "max_pool2d" : "avg_pool2d"
    return "F.\(kind)(\(x), \(pooling.kernel), stride=\(pooling.stride), padding=\(pooling.padding))"
  }

  /// `self.layer1.get_submodule("0")` can't be traced by name; `getattr` can.
  private func path(_ name: String) -> String {
    name.split(separator: ".").reduce("self") { path, part in
      part.first?.isNumber == true || part.contains("-")
        ? "getattr(\(path), \"\(part)\")" : "\(path).\(part)"
    }
  }
}
