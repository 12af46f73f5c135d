/// Reads the pickles in which PyTorch describes tensors, and executes nothing.
///
/// A pickle is a program for a machine with a stack. This one has a fixed list of operations (Python's `pickletools`
/// describes them) and a fixed list of names, none of which is called: those of tensors become descriptions. All else
/// is refused. Each operation adds one value of some bytes at the most, and their number is limited.
struct PickleMachine {
  /// Operations, and members of dictionaries: many times what the largest networks with their optimizers take.
  static let longest = 1_000_000

  private var reader: PickleReader
  private var stack: [PickleValue] = []
  private var memo: [Int: PickleValue] = [:]
  private var copiedMembers = 0
  private(set) var sequences: [[PickleValue]] = []
  private(set) var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  private(set) var storages: [PickledStorage] = []
  private(set) var tensors: [PickledTensor] = []

  /// Where the pickle that was read ended.
  var offset: Int { reader.offset }

  init(_ bytes: [UInt8], from offset: Int = 0) { reader = PickleReader(bytes, from: offset) }

  /// Reads one pickle to its end; returns what it describes.
  mutating func run() throws(TensorFileError) -> PickleValue {
    var start = reader.offset
    do throws(PickleFault) {
      for _ in 0..<Self.longest {
        start = reader.offset
        if let result = try step() { return result }
      }
      throw .tooLong(limit: Self.longest)
    } catch {
      throw .pickle(error, offset: start)
    }
  }

  /// The values of a list or tuple; nil for others.
  func sequence(_ value: PickleValue) -> [PickleValue]? {
    switch value {
    case .tuple(let index), .list(let index): sequences[index]
    default: nil
    }
  }

  /// The members of a dictionary, of which a later one of the same key is the one that counts; nil for others.
  func dictionary(_ value: PickleValue) -> [(key: PickleValue, value: PickleValue)]? {
    if case .dictionary(let index) = value { dictionaries[index] } else { nil }
  }
}

// The operations, by their codes.
extension PickleMachine {
  /// One operation; the result where it is the last one.
  private mutating func step() throws(PickleFault) -> PickleValue? {
    let code = try reader.byte()
    switch code {
    case 0x80:  // PROTO
      guard try reader.byte() <= 5 else { throw .malformed("its pickle is of an unknown protocol") }
    case 0x95:  // FRAME
      _ = try reader.unsigned(4)
      _ = try reader.unsigned(4)
    case 0x2E:  // STOP
      let result = try pop()
      guard stack.isEmpty else { throw .malformed("its pickle leaves more than one value") }
      return result
    default:
      if try pushConstant(code) { return nil }
      if try build(code) { return nil }
      guard try remember(code) else { throw .opcode(code) }
    }
    return nil
  }

  private mutating func pushConstant(_ code: UInt8) throws(PickleFault) -> Bool {
    switch code {
    case 0x28: push(.mark)  // MARK
    case 0x4E: push(.none)  // NONE
    case 0x88: push(.bool(true))  // NEWTRUE
    case 0x89: push(.bool(false))  // NEWFALSE
    case 0x4B: push(.integer(try reader.unsigned(1)))  // BININT1
    case 0x4D: push(.integer(try reader.unsigned(2)))  // BININT2
    case 0x4A: push(.integer(try reader.signed32()))  // BININT
    case 0x8A:  // LONG1
      push(try reader.long(try reader.unsigned(1)).map(PickleValue.integer) ?? .wideInteger)
    case 0x47: push(.float(try reader.float()))  // BINFLOAT
    case 0x58, 0x54: push(.text(try reader.text(try reader.unsigned(4))))  // BINUNICODE, BINSTRING
    case 0x8C, 0x55:  // SHORT_BINUNICODE, SHORT_BINSTRING
      push(.text(try reader.text(try reader.unsigned(1))))
    case 0x63: push(try name(module: try reader.line(), try reader.line()))  // GLOBAL
    case 0x93:  // STACK_GLOBAL
      guard case .text(let word) = try pop(), case .text(let module) = try pop() else {
        throw .malformed("a name in its pickle is no text")
      }
      push(try name(module: module, word))
    default: return false
    }
    return true
  }

  private mutating func build(_ code: UInt8) throws(PickleFault) -> Bool {
    switch code {
    case 0x7D: push(newDictionary([]))  // EMPTY_DICT
    case 0x5D: push(newList([]))  // EMPTY_LIST
    case 0x29: push(newTuple([]))  // EMPTY_TUPLE
    case 0x74: push(newTuple(try popToMark()))  // TUPLE
    case 0x85, 0x86, 0x87: push(newTuple(try pop(count: Int(code) - 0x84)))  // TUPLE1 … TUPLE3
    case 0x61: try append([try pop()])  // APPEND
    case 0x65: try append(try popToMark())  // APPENDS
    case 0x73: try setItems(try pop(count: 2))  // SETITEM
    case 0x75: try setItems(try popToMark())  // SETITEMS
    case 0x51: push(try storage(try pop()))  // BINPERSID
    case 0x52:  // REDUCE
      let arguments = try pop()
      push(try described(try pop(), arguments))
    case 0x62:  // BUILD: an ordered dictionary's attributes, of which none is wanted
      _ = try pop()
      guard case .dictionary = stack.last else {
        throw .malformed("its pickle gives a state to what has none")
      }
    default: return false
    }
    return true
  }

  private mutating func remember(_ code: UInt8) throws(PickleFault) -> Bool {
    switch code {
    case 0x71: try put(try reader.unsigned(1))  // BINPUT
    case 0x72: try put(try reader.unsigned(4))  // LONG_BINPUT
    case 0x94: try put(memo.count)  // MEMOIZE
    case 0x68: try get(try reader.unsigned(1))  // BINGET
    case 0x6A: try get(try reader.unsigned(4))  // LONG_BINGET
    default: return false
    }
    return true
  }
}

// The stack, the memo, and what holds others.
extension PickleMachine {
  private mutating func push(_ value: PickleValue) { stack.append(value) }

  private mutating func pop() throws(PickleFault) -> PickleValue {
    guard let value = stack.popLast(), value != .mark else {
      throw .malformed("its pickle takes a value that isn't there")
    }
    return value
  }

  /// The topmost values, the deepest first.
  private mutating func pop(count: Int) throws(PickleFault) -> [PickleValue] {
    var values: [PickleValue] = []
    for _ in 0..<count { values.append(try pop()) }
    return values.reversed()
  }

  private mutating func popToMark() throws(PickleFault) -> [PickleValue] {
    guard let mark = stack.lastIndex(of: .mark) else {
      throw .malformed("its pickle takes values that aren't there")
    }
    let values = Array(stack[(mark + 1)...])
    stack.removeLast(stack.count - mark)
    return values
  }

  private mutating func put(_ place: Int) throws(PickleFault) {
    guard let value = stack.last, value != .mark else {
      throw .malformed("its pickle takes a value that isn't there")
    }
    memo[place] = value
  }

  private mutating func get(_ place: Int) throws(PickleFault) {
    guard let value = memo[place] else { throw .malformed("its pickle takes a value that isn't there") }
    push(value)
  }

  private mutating func newDictionary(_ members: [(key: PickleValue, value: PickleValue)]) -> PickleValue {
    dictionaries.append(members)
    return .dictionary(dictionaries.count - 1)
  }

  private mutating func newList(_ values: [PickleValue]) -> PickleValue {
    sequences.append(values)
    return .list(sequences.count - 1)
  }

  private mutating func newTuple(_ values: [PickleValue]) -> PickleValue {
    sequences.append(values)
    return .tuple(sequences.count - 1)
  }

  private mutating func append(_ values: [PickleValue]) throws(PickleFault) {
    guard case .list(let index) = stack.last else {
      throw .malformed("its pickle adds to what is no list")
    }
    sequences[index] += values
  }

  private mutating func setItems(_ values: [PickleValue]) throws(PickleFault) {
    guard case .dictionary(let index) = stack.last, values.count.isMultiple(of: 2) else {
      throw .malformed("its pickle adds to what is no dictionary")
    }
    for place in stride(from: 0, to: values.count, by: 2) {
      dictionaries[index].append((values[place], values[place + 1]))
    }
  }
}

// What its names stand for.
extension PickleMachine {
  private func name(module: String, _ word: String) throws(PickleFault) -> PickleValue {
    guard let name = PickleName(module: module, name: word) else { throw .global("\(module).\(word)") }
    return .name(name)
  }

  /// `("storage", class, key, device, count)`, in the legacy form with a view `(key, offset, count)` or None.
  private mutating func storage(_ id: PickleValue) throws(PickleFault) -> PickleValue {
    guard let parts = sequence(id), parts.count == 5 || parts.count == 6, parts[0] == .text("storage"),
      case .name(.storage(let type)) = parts[1], case .text(let key) = parts[2],
      case .integer(let count) = parts[4], count >= 0
    else { throw .malformed("a storage's description is malformed") }
    var storage = PickledStorage(type: type, key: key, count: count)
    if parts.count == 6, parts[5] != .none {
      guard let view = sequence(parts[5]), view.count == 3, case .integer(let start) = view[1],
        case .integer(let length) = view[2], start >= 0, length >= 0, start <= count,
        length <= count - start
      else { throw .malformed("a storage's description is malformed") }
      storage.view = start..<start + length
    }
    storages.append(storage)
    return .storage(storages.count - 1)
  }

  /// What REDUCE would call a name with, described.
  private mutating func described(
    _ callee: PickleValue, _ arguments: PickleValue
  ) throws(PickleFault) -> PickleValue {
    guard case .name(let name) = callee, case .tuple(let index) = arguments else {
      throw .malformed("its pickle calls what is no name")
    }
    let arguments = sequences[index]
    switch name {
    case .orderedDictionary:
      let members = try pairs(arguments)
      // One list may be named again and again.
      copiedMembers += members.count
      guard copiedMembers <= Self.longest else { throw .tooLong(limit: Self.longest) }
      return newDictionary(members)
    case .rebuildTensor, .rebuildTensorV2:
      tensors.append(try tensor(arguments))
      return .tensor(tensors.count - 1)
    case .rebuildParameter, .rebuildParameterWithState:
      guard case .tensor? = arguments.first else { throw .malformed("a parameter is no tensor") }
      return arguments[0]
    case .size:
      guard let first = arguments.first, case .tuple = first else { throw .malformed("a size is no tuple") }
      return first
    case .storage: throw .malformed("a storage is made without its bytes")
    }
  }

  /// The pairs that an ordered dictionary is made of where it isn't filled afterwards.
  private func pairs(
    _ arguments: [PickleValue]
  ) throws(PickleFault) -> [(key: PickleValue, value: PickleValue)] {
    guard let list = arguments.first else { return [] }
    var members: [(key: PickleValue, value: PickleValue)] = []
    for pair in sequence(list) ?? [] {
      guard let pair = sequence(pair), pair.count == 2 else {
        throw .malformed("a dictionary is made of what are no pairs")
      }
      members.append((pair[0], pair[1]))
    }
    return members
  }

  /// `(storage, offset, size, strides, …)`; what is behind tells of training.
  private func tensor(_ arguments: [PickleValue]) throws(PickleFault) -> PickledTensor {
    guard arguments.count >= 4, case .storage(let storage) = arguments[0],
      case .integer(let offset) = arguments[1], offset >= 0, let shape = extents(arguments[2]),
      let strides = extents(arguments[3]), shape.count == strides.count
    else { throw .malformed("a tensor's description is malformed") }
    return PickledTensor(storage: storage, offset: offset, shape: shape, strides: strides)
  }

  /// Up to 16 numbers from 0 on.
  private func extents(_ value: PickleValue) -> [Int]? {
    guard let values = sequence(value), values.count <= 16 else { return nil }
    var numbers: [Int] = []
    for case .integer(let number) in values where number >= 0 { numbers.append(number) }
    return numbers.count == values.count ? numbers : nil
  }
}
