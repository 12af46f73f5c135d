import Distillation
import Testing

@Suite struct LogitLossCatalogueTests {
  @Test func everyEntryMakesTheLossOfItsNameWithItsDefaults() throws {
    let expected: [LogitLoss] = [.softTarget(), .decoupledKD(), .nkd(), .logits, .mutual]
    #expect(try LogitLoss.catalogue.map { try LogitLoss(name: $0.name) } == expected)
    #expect(expected.map(\.name) == LogitLoss.catalogue.map(\.name))
  }

  @Test(arguments: LogitLoss.catalogue.map(\.name))
  func everyDefaultLiesInItsRangeAndIsANumberOfTheLoss(name: String) throws {
    let loss = try LogitLoss(name: name)
    let numbers = loss.numbers.map(\.label)
    let declared = loss.entry.parameters.filter { if case .number = $0.kind { true } else { false } }
    #expect(numbers == declared.map(\.label))
    for parameter in declared {
      guard case .number(let value, let range) = parameter.kind else { continue }
      #expect(range.contains(value))
    }
    #expect(!loss.entry.summary.isEmpty && !loss.entry.source.isEmpty)
  }

  @Test func argumentsReplaceDefaults() throws {
    let loss = try LogitLoss(name: "DecoupledKD", arguments: ["beta": .number(2), "normalize": .flag(false)])
    #expect(loss == .decoupledKD(temperature: 4, alpha: 1, beta: 2))
    #expect(loss.description == "DecoupledKD(T: 4, alpha: 1, beta: 2)")
    #expect(LogitLoss.mutual.description == "Mutual")
  }

  @Test func normalizedDecoupledKDIsNKDWithItsParameters() throws {
    #expect(try LogitLoss(name: "DecoupledKD", arguments: ["normalize": .flag(true)]) == .nkd())
    let arguments: [String: LossArgument] = [
      "normalize": .flag(true), "T": .number(3), "gamma": .number(3.5),
    ]
    #expect(try LogitLoss(name: "DecoupledKD", arguments: arguments) == .nkd(temperature: 3, gamma: 3.5))
    let expected = LossError.unknownParameter(
      "beta", loss: "DecoupledKD(normalize: true)", known: ["T", "gamma"])
    #expect(throws: expected) {
      try LogitLoss(name: "DecoupledKD", arguments: ["normalize": .flag(true), "beta": .number(8)])
    }
  }

  @Test func anUnknownNameOrParameterIsToldWithThoseThereAre() throws {
    let unknown = LossError.unknownLoss(
      "DecoupleKD", known: ["SoftTarget", "DecoupledKD", "NKD", "Logits", "Mutual"])
    #expect(throws: unknown) { try LogitLoss(name: "DecoupleKD") }
    #expect(unknown.message == "no distillation loss is called \"DecoupleKD\"")
    #expect(throws: LossError.unknownParameter("T", loss: "Logits", known: [])) {
      try LogitLoss(name: "Logits", arguments: ["T": .number(1)])
    }
  }

  @Test(arguments: [0, -1, 1e9, .nan, .infinity])
  func aTemperatureOutOfRangeIsRefused(value: Double) {
    let error = #expect(throws: LossError.self) {
      try LogitLoss(name: "SoftTarget", arguments: ["T": .number(value)])
    }
    guard case .outOfRange("T", _, 0.1...100, "SoftTarget") = error else {
      Issue.record("another error: \(String(describing: error))")
      return
    }
  }

  @Test func aValueOfTheWrongKindIsRefused() {
    #expect(throws: LossError.numberExpected("T", loss: "SoftTarget")) {
      try LogitLoss(name: "SoftTarget", arguments: ["T": .flag(true)])
    }
    #expect(throws: LossError.flagExpected("normalize", loss: "DecoupledKD")) {
      try LogitLoss(name: "DecoupledKD", arguments: ["normalize": .number(1)])
    }
  }
}
