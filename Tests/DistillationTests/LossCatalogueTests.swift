import Distillation
import Testing

@Suite struct LossCatalogueTests {
  @Test func lossesOfLogitsComeBeforeThoseOfLayers() {
    let compared = LossEntry.catalogue.map(\.comparesLayers)
    #expect(compared.drop { !$0 }.allSatisfy { $0 } && compared.count { !$0 } >= 5)
    #expect(Set(LossEntry.catalogue.map(\.name)).count == compared.count)
  }

  @Test(arguments: LossEntry.catalogue.map(\.name))
  func everyEntryMakesTheLossOfItsNameWithDefaultsInRange(name: String) throws {
    let loss = try DistillationLoss(name: name)
    #expect(loss.name == name && (loss.logit == nil) != (loss.feature == nil))
    #expect(loss.feature?.scale ?? 1 == 1)
    let declared = loss.entry.parameters.filter { if case .number = $0.kind { true } else { false } }
    #expect(loss.numbers.map(\.label) == declared.map(\.label))
    for parameter in declared {
      guard case .number(let value, let range) = parameter.kind else { continue }
      #expect(range.contains(value))
    }
    #expect(!loss.entry.summary.isEmpty && !loss.entry.source.isEmpty)
  }

  @Test func argumentsReplaceDefaults() throws {
    let loss = try DistillationLoss(
      name: "DecoupledKD", arguments: ["beta": .number(2), "normalize": .flag(false)])
    #expect(loss == DistillationLoss(.decoupledKD, ["beta": 2]))
    #expect(loss.description == "DecoupledKD(T: 4, alpha: 1, beta: 2)")
    #expect(DistillationLoss(.mutual).description == "Mutual")
  }

  @Test func normalizedDecoupledKDIsNKDWithItsParameters() throws {
    #expect(
      try DistillationLoss(name: "DecoupledKD", arguments: ["normalize": .flag(true)])
        == DistillationLoss(.nkd))
    let arguments: [String: LossArgument] = [
      "normalize": .flag(true), "T": .number(3), "gamma": .number(3.5),
    ]
    #expect(
      try DistillationLoss(name: "DecoupledKD", arguments: arguments)
        == DistillationLoss(.nkd, ["T": 3, "gamma": 3.5]))
    let expected = LossError.unknownParameter(
      "beta", loss: "DecoupledKD(normalize: true)", known: ["T", "gamma"])
    #expect(throws: expected) {
      try DistillationLoss(name: "DecoupledKD", arguments: ["normalize": .flag(true), "beta": .number(8)])
    }
  }

  @Test func anUnknownNameOrParameterIsToldWithThoseThereAre() throws {
    let unknown = LossError.unknownLoss(
      "DecoupleKD", known: LossEntry.catalogue.map(\.name))
    #expect(throws: unknown) { try DistillationLoss(name: "DecoupleKD") }
    #expect(unknown.message == "no distillation loss is called \"DecoupleKD\"")
    #expect(throws: LossError.unknownParameter("T", loss: "Logits", known: [])) {
      try DistillationLoss(name: "Logits", arguments: ["T": .number(1)])
    }
  }

  @Test(arguments: [0, -1, 1e9, .nan, .infinity])
  func aTemperatureOutOfRangeIsRefused(value: Double) {
    let error = #expect(throws: LossError.self) {
      try DistillationLoss(name: "SoftTarget", arguments: ["T": .number(value)])
    }
    guard case .outOfRange("T", _, 0.1...100, "SoftTarget") = error else {
      Issue.record("another error: \(String(describing: error))")
      return
    }
  }

  @Test func aValueOfTheWrongKindIsRefused() {
    #expect(throws: LossError.numberExpected("T", loss: "SoftTarget")) {
      try DistillationLoss(name: "SoftTarget", arguments: ["T": .flag(true)])
    }
    #expect(throws: LossError.flagExpected("normalize", loss: "DecoupledKD")) {
      try DistillationLoss(name: "DecoupledKD", arguments: ["normalize": .number(1)])
    }
  }
}
