import CKernels
import GraphIR
import OneDNN

/// The codes that a layer's forward pass read.
struct CodedSource {
  var buffer: BufferID
  var observer: ActivationObserver
  /// Whether `source` is to be made of them before it is read.
  var widens: Bool
}

extension TrainingPlanner {
  /// The codes of a tensor: those that its group wrote, or a step's that finds them.
  mutating func codes(
    of id: Graph.NodeID, _ source: ActivationTensor, _ observer: ActivationObserver, _ node: Graph.Node
  ) throws -> BufferID {
    if let known = codes[id] { return known }
    let images = try adapted(
      source, to: .sixteens(source.shape.dimensions(batch: batch)), label: node.name + " input")
    let target = memory.reserve(codeBytes(of: source.shape))
    append(
      ConvertCodes(node.name + " input codes", .encodes, floats: images, codes: target, observer),
      [images.buffer, target])
    codes[id] = target
    return target
  }

  /// Bytes of a batch's codes, and of what kernels read beyond them.
  func codeBytes(of shape: Shape) -> Int {
    batch * shape.count + Int(ck_code_slack(Int64(shape.channels)))
  }

  /// What a group's output is kept as: floats, codes, or both.
  mutating func outputForm(of group: LayerGroup, _ y: ActivationTensor) -> (floats: Bool, codes: Bool) {
    guard let id = group.fakeQuantize, case .fakeQuantize(let quantizer) = graph.nodes[id].operation,
      y.type == .float32, y.holdsSixteens
    else { return (true, false) }
    let consumers = graph.consumers[group.output]
    let readers = consumers.count { integerForward(of: $0) != nil }
    guard readers > 0 else { return (true, false) }
    // A trained range starts from the floats, and losses look at them.
    let isTaught = graph.memberNames(of: group).contains(where: captureNames.contains)
    let floats = readers < consumers.count || isTaught || quantizer.method != .observed
    if !floats { codesAlone.insert(group.output) }
    return (floats, true)
  }

  /// Makes the floats that the weights' gradient is found with, where the forward pass read codes alone.
  mutating func appendWidening(of planned: PlannedGroup, _ node: Graph.Node) {
    guard let coded = planned.coded, coded.widens, let source = planned.source else { return }
    append(
      ConvertCodes(node.name + " widen codes", .widens, floats: source, codes: coded.buffer, coded.observer),
      [coded.buffer, source.buffer])
  }
}

extension Graph {
  /// The fake quantization on whose grid a tensor's values lie, each the value of one code.
  func codedGrid(of id: NodeID) -> FakeQuantize? {
    switch nodes[id].operation {
    case .fakeQuantize(let quantizer): quantizer
    case .pool(let pooling) where pooling.kind == .maximum: nodes[id].inputs.first.flatMap(codedGrid(of:))
    default: nil
    }
  }

  /// Whether the zero that pads a tensor is the code 0: its grid is symmetric or trained, or begins at a rectifier's zero.
  func padsWithCodeZero(_ id: NodeID) -> Bool {
    switch nodes[id].operation {
    case .pool: return nodes[id].inputs.first.map(padsWithCodeZero) ?? false
    case .fakeQuantize(let quantizer):
      if quantizer.grid.symmetric || quantizer.method != .observed { return true }
      guard let input = nodes[id].inputs.first, case .activation(.rectifier) = nodes[input].operation else {
        return false
      }
      return quantizer.grid.minimum == 0
    default: return false
    }
  }
}
