/// What a node computes.
///
/// A closed set: planners and rewrites switch over it without a default; all else reads its traits.
package enum Operation: Hashable, Sendable {
  case input
  case convolution(Convolution)
  case batchNorm(BatchNorm)
  case activation(Activation)
  case pool(Pooling)
  case dense(Dense)
  case add
  case flatten
  case dropout(Dropout)
  case fakeQuantize(FakeQuantize)
  case integer(IntegerOperation)

  /// What its own file tells of it.
  package var traits: any OperationTraits {
    switch self {
    case .input: Images()
    case .convolution(let convolution): convolution
    case .batchNorm(let norm): norm
    case .activation(let activation): activation
    case .pool(let pooling): pooling
    case .dense(let dense): dense
    case .add: Addition()
    case .flatten: Flattening()
    case .dropout(let dropout): dropout
    case .fakeQuantize(let quantizer): quantizer
    case .integer(let integer): integer.traits
    }
  }

  /// Shape of the output for the given inputs; throws `ShapeError` with a reason that names sizes.
  package func outputShape(_ inputs: [Shape], node: String) throws(ShapeError) -> Shape {
    guard !inputs.isEmpty else { throw ShapeError(node: node, reason: "it has no input") }
    return try traits.outputShape(inputs, node: node)
  }

  /// True for convolutions and dense layers of a float model.
  package var hasWeights: Bool { floatStorage != nil }

  /// How the weights of a float layer are stored; nil for others.
  package var floatStorage: FloatStorage? {
    if case .float(let storage) = traits.storedWeights { storage } else { nil }
  }

  /// Grid that training rounds its weights to; nil where it does not.
  package var weightGrid: QuantizationGrid? { traits.weightGrid }

  package var parameterCount: Int { traits.parameterCount }

  /// The same with weights rounded to another grid, or to none; nil leaves the other two as they are, where there is a
  /// grid.
  package func roundingWeights(
    to grid: QuantizationGrid?, learnsScale: Bool? = nil, storage: FloatStorage? = nil
  ) -> Operation {
    if case .convolution(var convolution) = self {
      convolution.learnsWeightScale = grid != nil && learnsScale ?? convolution.learnsWeightScale
      convolution.weightGrid = grid
      convolution.storage = storage ?? convolution.storage
      return .convolution(convolution)
    }
    if case .dense(var dense) = self {
      dense.learnsWeightScale = grid != nil && learnsScale ?? dense.learnsWeightScale
      dense.weightGrid = grid
      dense.storage = storage ?? dense.storage
      return .dense(dense)
    }
    if case .batchNorm(var norm) = self {
      norm.weightGrid = grid
      return .batchNorm(norm)
    }
    return self
  }
}

/// As `{"convolution": {"_0": …}}`, an integer one beside the others: the names are those of stored models.
extension Operation: Codable {
  private enum Name: String, CodingKey {
    case input, convolution, batchNorm, activation, pool, dense, add, flatten, dropout, fakeQuantize
  }

  private enum Value: String, CodingKey { case value = "_0" }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Name.self)
    guard let name = container.allKeys.first else {
      self = .integer(try IntegerOperation(from: decoder))
      return
    }
    func value<T: Decodable>() throws -> T {
      try container.nestedContainer(keyedBy: Value.self, forKey: name).decode(T.self, forKey: .value)
    }
    switch name {
    case .input: self = .input
    case .convolution: self = .convolution(try value())
    case .batchNorm: self = .batchNorm(try value())
    case .activation: self = .activation(try value())
    case .pool: self = .pool(try value())
    case .dense: self = .dense(try value())
    case .add: self = .add
    case .flatten: self = .flatten
    case .dropout: self = .dropout(try value())
    case .fakeQuantize: self = .fakeQuantize(try value())
    }
  }

  package func encode(to encoder: any Encoder) throws {
    if case .integer(let integer) = self { return try integer.encode(to: encoder) }
    var container = encoder.container(keyedBy: Name.self)
    func put(_ name: Name, _ value: (any Encodable)? = nil) throws {
      var nested = container.nestedContainer(keyedBy: Value.self, forKey: name)
      if let value { try nested.encode(value, forKey: .value) }
    }
    switch self {
    case .input: try put(.input)
    case .convolution(let convolution): try put(.convolution, convolution)
    case .batchNorm(let norm): try put(.batchNorm, norm)
    case .activation(let activation): try put(.activation, activation)
    case .pool(let pooling): try put(.pool, pooling)
    case .dense(let dense): try put(.dense, dense)
    case .add: try put(.add)
    case .flatten: try put(.flatten)
    case .dropout(let dropout): try put(.dropout, dropout)
    case .fakeQuantize(let quantizer): try put(.fakeQuantize, quantizer)
    case .integer: break
    }
  }
}
