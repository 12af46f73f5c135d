import GraphIR
import OneDNN

/// A parameter's place in flat memory.
struct ParameterID: Hashable {
  let index: Int
}

/// What an optimizer treats alike; each group's parameters lie together, in this order.
enum ParameterGroup: CaseIterable {
  /// What inputs are multiplied by: weights of convolutions and dense layers.
  case weights
  /// Biases, batch norm's γ and β: decoupled decay leaves them out.
  case offsets
  /// LSQ's scales: no decay, and kept positive.
  case scales
  /// PACT's clipping bounds: a decay of their own, and kept positive.
  case bounds

  /// True for ends of grids, which a float model has none of.
  var isTrainedRange: Bool {
    switch self {
    case .weights, .offsets: false
    case .scales, .bounds: true
    }
  }
}

/// How fast a parameter is moved; each tempo's parameters lie together, in this order.
enum ParameterTempo: CaseIterable {
  case body
  /// Those of the last layer, where they have a rate of their own.
  case head
  /// Never moved: it has no gradient.
  case frozen
}

/// All that an optimizer moves, in one run of memory: values, gradients and two moments with equal offsets.
///
/// Convolution weights lie in the layout of their gradient, so that one pass serves every parameter.
final class FlatParameters {
  struct Entry {
    var name: String
    var shape: [Int]
    /// Nil for vectors, which lie as they are.
    var layout: TensorLayout?
    /// The same tensor in row-major order.
    var plain: TensorLayout?
    var group: ParameterGroup
    var tempo: ParameterTempo
    /// Set when memory is allocated.
    var offset: Int
    var count: Int
    /// Not the model's: neither loaded nor exported with it.
    var isAuxiliary = false
  }

  private(set) var entries: [Entry] = []
  /// One slice for each tempo and group that has parameters which move, for the optimizer.
  private(set) var slices: [ParameterSlice] = []
  private(set) var values: Arena?
  private var gradientArena: Arena?
  private(set) var first: Arena?
  private(set) var second: Arena?

  func add(
    _ name: String, shape: [Int], layout: TensorLayout? = nil, plain: TensorLayout? = nil,
    group: ParameterGroup = .weights, tempo: ParameterTempo = .body
  ) -> ParameterID {
    let size = (layout?.byteCount ?? 4 * shape.reduce(1, *)) / 4
    entries.append(
      Entry(
        name: name, shape: shape, layout: layout, plain: plain, group: group, tempo: tempo, offset: 0,
        count: size))
    return ParameterID(index: entries.count - 1)
  }

  /// Adds numbers that are not the model's; they lie after all of its own.
  func addAuxiliary(_ name: String, count: Int) -> ParameterID {
    let id = add(name, shape: [count])
    entries[id.index].isAuxiliary = true
    return id
  }

  /// The model's own parameters, which come before the auxiliary ones of each group, are a group's first elements.
  func ownCount(of slice: ParameterSlice) -> Int {
    entries.reduce(0) { sum, entry in
      entry.group == slice.group && entry.tempo == slice.tempo && !entry.isAuxiliary
        ? sum + (entry.count + 15) / 16 * 16 : sum
    }
  }

  /// Allocates; nothing can be added afterwards.
  ///
  /// `moments` is the optimizer's number of moments, 1 or 2.
  func allocate(moments: Int) {
    let ranges = placeGroups()
    let count = ranges.last?.range.upperBound ?? 0
    let moving = ranges.last { $0.tempo != .frozen }?.range.upperBound ?? 0
    values = Arena(byteCount: 4 * count)
    gradientArena = Arena(byteCount: 4 * count)
    first = Arena(byteCount: 4 * moving)
    second = moments > 1 ? Arena(byteCount: 4 * moving) : nil
    slices = ranges.filter { !$0.range.isEmpty && $0.tempo != .frozen }.map { tempo, group, range in
      ParameterSlice(
        tempo: tempo, group: group, values: floats(values, range.lowerBound),
        gradients: floats(gradientArena, range.lowerBound), first: floats(first, range.lowerBound),
        second: second.map { floats($0, range.lowerBound) }, count: range.count)
    }
  }

  /// Gives every parameter its offset, tempo after tempo and group after group.
  private func placeGroups() -> [(tempo: ParameterTempo, group: ParameterGroup, range: Range<Int>)] {
    var count = 0
    var ranges: [(tempo: ParameterTempo, group: ParameterGroup, range: Range<Int>)] = []
    for tempo in ParameterTempo.allCases {
      for group in ParameterGroup.allCases {
        let start = count
        for index in entries.indices where entries[index].group == group && entries[index].tempo == tempo {
          entries[index].offset = count
          count += (entries[index].count + 15) / 16 * 16
        }
        ranges.append((tempo, group, start..<count))
      }
    }
    return ranges
  }

  func value(_ id: ParameterID) -> UnsafeMutablePointer<Float> { floats(values, entries[id.index].offset) }
  func gradient(_ id: ParameterID) -> UnsafeMutablePointer<Float> {
    floats(gradientArena, entries[id.index].offset)
  }
  var byteCount: Int {
    [values, gradientArena, first, second].reduce(0) { $0 + ($1?.byteCount ?? 0) }
  }

  func floats(_ arena: Arena?, _ offset: Int) -> UnsafeMutablePointer<Float> {
    guard let arena else { preconditionFailure("parameters are used before they are allocated") }
    return arena.base.assumingMemoryBound(to: Float.self) + offset
  }

  /// Copies row-major tensors in; only trained ranges may be missing, and keep what they are.
  func load(_ parameters: ParameterSet) throws {
    for entry in entries
    where !entry.isAuxiliary && (!entry.group.isTrainedRange || parameters[entry.name] != nil) {
      guard let tensor = parameters[entry.name], tensor.shape == entry.shape, !tensor.floats.isEmpty else {
        throw PlanError.parameterMismatch(
          name: entry.name, expected: entry.shape, found: parameters[entry.name]?.shape)
      }
      try copy(tensor.floats, into: floats(values, entry.offset), entry)
    }
  }

  func copy(_ source: [Float], into target: UnsafeMutablePointer<Float>, _ entry: Entry) throws {
    try source.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      guard let layout = entry.layout, let plain = entry.plain else {
        UnsafeMutableRawPointer(target).copyMemory(from: base, byteCount: bytes.count)
        return
      }
      try transfer(from: UnsafeMutableRawPointer(mutating: base), plain, to: target, layout)
    }
  }

  /// Values by name as row-major tensors.
  func export() throws -> [String: Tensor] { try export(from: values) }

  /// Gradients by name as row-major tensors.
  func exportGradients() throws -> [String: Tensor] { try export(from: gradientArena) }

  private func export(from arena: Arena?) throws -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for entry in entries where !entry.isAuxiliary { tensors[entry.name] = try tensor(entry, in: arena) }
    return tensors
  }

  /// What an arena has at the place of a parameter, row-major.
  func tensor(_ entry: Entry, in arena: Arena?) throws -> Tensor {
    let source = floats(arena, entry.offset)
    let count = entry.shape.reduce(1, *)
    let values = try [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let base = buffer.baseAddress else { return }
      if let layout = entry.layout, let plain = entry.plain {
        try transfer(from: source, layout, to: base, plain)
      } else {
        base.initialize(from: source, count: count)
      }
      initialized = count
    }
    return Tensor(values, shape: entry.shape)
  }
}

/// Values, gradients and moments of a group of parameters; `second` is nil where the optimizer has one moment.
struct ParameterSlice {
  var tempo: ParameterTempo
  var group: ParameterGroup
  var values: UnsafeMutablePointer<Float>
  var gradients: UnsafeMutablePointer<Float>
  var first: UnsafeMutablePointer<Float>
  var second: UnsafeMutablePointer<Float>?
  var count: Int
}

/// Copies a tensor from one layout to another, once.
func transfer(
  from source: UnsafeMutableRawPointer, _ sourceLayout: TensorLayout, to target: UnsafeMutableRawPointer,
  _ targetLayout: TensorLayout
) throws(OneDNNError) {
  let reorder = try Primitive.reorder(from: sourceLayout, to: targetLayout)
  try reorder.bind(.source, source)
  try reorder.bind(.destination, target)
  let scratchpad = reorder.layout(.scratchpad).map { Arena(byteCount: $0.byteCount) }
  if let scratchpad { try reorder.bind(.scratchpad, scratchpad.base) }
  try withExtendedLifetime(scratchpad) { () throws(OneDNNError) in try reorder.run() }
}
