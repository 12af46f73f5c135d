import GraphIR
import OneDNN

/// A parameter's place in flat memory.
struct ParameterID: Hashable {
  let index: Int
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
    var offset: Int
    var count: Int
    /// Not the model's: neither loaded nor exported with it.
    var isAuxiliary = false
  }

  private(set) var entries: [Entry] = []
  private(set) var count = 0
  private var modelCount: Int?
  private var values: Arena?
  private var gradientArena: Arena?
  private var first: Arena?
  private var second: Arena?

  func add(_ name: String, shape: [Int], layout: TensorLayout? = nil, plain: TensorLayout? = nil)
    -> ParameterID
  {
    let size = (layout?.byteCount ?? 4 * shape.reduce(1, *)) / 4
    entries.append(
      Entry(name: name, shape: shape, layout: layout, plain: plain, offset: count, count: size))
    count += (size + 15) / 16 * 16
    return ParameterID(index: entries.count - 1)
  }

  /// Adds numbers that are not the model's, after all of its own.
  func addAuxiliary(_ name: String, count: Int) -> ParameterID {
    modelCount = modelCount ?? self.count
    let id = add(name, shape: [count])
    entries[id.index].isAuxiliary = true
    return id
  }

  /// Elements of the model's own parameters, which come first, with padding.
  var ownCount: Int { modelCount ?? count }

  /// Allocates; nothing can be added afterwards.
  ///
  /// `moments` is the optimizer's number of moments, 1 or 2.
  func allocate(moments: Int) {
    values = Arena(byteCount: 4 * count)
    gradientArena = Arena(byteCount: 4 * count)
    first = Arena(byteCount: 4 * count)
    second = moments > 1 ? Arena(byteCount: 4 * count) : nil
  }

  func value(_ id: ParameterID) -> UnsafeMutablePointer<Float> { floats(values, entries[id.index].offset) }
  func gradient(_ id: ParameterID) -> UnsafeMutablePointer<Float> {
    floats(gradientArena, entries[id.index].offset)
  }
  var allValues: UnsafeMutablePointer<Float> { floats(values, 0) }
  var allGradients: UnsafeMutablePointer<Float> { floats(gradientArena, 0) }
  var firstMoment: UnsafeMutablePointer<Float> { floats(first, 0) }
  var secondMoment: UnsafeMutablePointer<Float> { floats(second, 0) }
  var byteCount: Int {
    [values, gradientArena, first, second].reduce(0) { $0 + ($1?.byteCount ?? 0) }
  }

  private func floats(_ arena: Arena?, _ offset: Int) -> UnsafeMutablePointer<Float> {
    guard let arena else { preconditionFailure("parameters are used before they are allocated") }
    return arena.base.assumingMemoryBound(to: Float.self) + offset
  }

  /// Copies row-major tensors in.
  func load(_ parameters: ParameterSet) throws {
    for entry in entries where !entry.isAuxiliary {
      guard let tensor = parameters[entry.name], tensor.shape == entry.shape, !tensor.floats.isEmpty else {
        throw PlanError.parameterMismatch(
          name: entry.name, expected: entry.shape, found: parameters[entry.name]?.shape)
      }
      try copy(tensor.floats, into: floats(values, entry.offset), entry)
    }
  }

  private func copy(_ source: [Float], into target: UnsafeMutablePointer<Float>, _ entry: Entry) throws {
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
    for entry in entries where !entry.isAuxiliary {
      let source = floats(arena, entry.offset)
      let count = entry.shape.reduce(1, *)
      var result = [Float](repeating: 0, count: count)
      try result.withUnsafeMutableBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        if let layout = entry.layout, let plain = entry.plain {
          try transfer(from: source, layout, to: base, plain)
        } else {
          base.copyMemory(from: source, byteCount: bytes.count)
        }
      }
      tensors[entry.name] = Tensor(result, shape: entry.shape)
    }
    return tensors
  }
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
