import OneDNN

/// Where an operand lies: in the arena, among the parameters, or at a fixed address that outlives the plan's steps.
enum Operand {
  case buffer(BufferID)
  case parameter(ParameterID)
  case gradient(ParameterID)
  case fixed(UnsafeMutableRawPointer)
}

/// Turns operands into addresses, once memory is allocated.
struct PlanMemory {
  let arena: Arena
  let plan: MemoryPlan
  let parameters: FlatParameters?

  func address(_ operand: Operand) -> UnsafeMutableRawPointer {
    switch operand {
    case .buffer(let id): return arena.base + plan.offset(of: id)
    case .parameter(let id): return UnsafeMutableRawPointer(flat.value(id))
    case .gradient(let id): return UnsafeMutableRawPointer(flat.gradient(id))
    case .fixed(let address): return address
    }
  }

  func floats(_ operand: Operand) -> UnsafeMutablePointer<Float> {
    address(operand).assumingMemoryBound(to: Float.self)
  }

  private var flat: FlatParameters {
    guard let parameters else { preconditionFailure("an inference plan has no flat parameters") }
    return parameters
  }
}
