/// A JSON value; an array of numbers alone is `numbers`.
package enum JSON: Decodable, Sendable {
  case null
  case flag(Bool)
  case number(Double)
  case string(String)
  case numbers([Double])
  case list([JSON])
  case object([String: JSON])

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let object = try? container.decode([String: JSON].self) {
      self = .object(object)
    } else if let numbers = try? container.decode([Double].self) {
      self = .numbers(numbers)
    } else if let list = try? container.decode([JSON].self) {
      self = .list(list)
    } else if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else {
      self = .string(try container.decode(String.self))
    }
  }
}

/// What a reference file lacks: the name of the member, and what was expected there.
package struct MissingReference: Error, CustomStringConvertible {
  package var name: String
  package var expected: String

  package var description: String { "\(name) is not \(expected)" }
}

extension JSON {
  /// Whether an object has the member, and it isn't null.
  package func has(_ name: String) -> Bool {
    guard case .object(let members) = self, let member = members[name] else { return false }
    if case .null = member { return false }
    return true
  }

  package func member(_ name: String) throws -> JSON {
    guard case .object(let members) = self, let member = members[name] else {
      throw MissingReference(name: name, expected: "there")
    }
    return member
  }

  package func number(_ name: String) throws -> Double {
    guard case .number(let value) = try member(name) else {
      throw MissingReference(name: name, expected: "a number")
    }
    return value
  }

  package func integer(_ name: String) throws -> Int { Int(try number(name)) }

  package func flag(_ name: String) throws -> Bool {
    guard case .flag(let value) = try member(name) else {
      throw MissingReference(name: name, expected: "true or false")
    }
    return value
  }

  package func string(_ name: String) throws -> String {
    guard case .string(let value) = try member(name) else {
      throw MissingReference(name: name, expected: "text")
    }
    return value
  }

  package func numbers(_ name: String) throws -> [Double] {
    switch try member(name) {
    case .numbers(let values): values
    case .null, .flag, .number, .string, .list, .object:
      throw MissingReference(name: name, expected: "a list of numbers")
    }
  }

  package func list(_ name: String) throws -> [JSON] {
    switch try member(name) {
    case .list(let values): values
    case .numbers(let values): values.map { .number($0) }
    case .null, .flag, .number, .string, .object:
      throw MissingReference(name: name, expected: "a list")
    }
  }

  /// The members of an object that are numbers.
  package func numbersByName(_ name: String) throws -> [String: Double] {
    guard case .object(let members) = try member(name) else {
      throw MissingReference(name: name, expected: "an object")
    }
    return members.compactMapValues { if case .number(let value) = $0 { value } else { nil } }
  }

  /// A tensor written as {"shape", "data"}.
  package func tensor(_ name: String) throws -> ReferenceTensor { try ReferenceTensor(member(name)) }
}
