import Testing
import Text

@Suite struct NumberTextTests {
  @Test(arguments: [
    (0.003, "0.003"), (128, "128"), (1e-5, "1e-05"), (-4, "-4"), (1e16, "1e+16"), (.nan, "nan"),
    (.infinity, "inf"),
  ])
  func aPlainNumberIsAsItWouldBeTyped(_ value: Double, _ expected: String) {
    #expect(plain(value) == expected)
  }

  @Test(arguments: [
    (0.1266, 2, "0.13"), (-0.001, 2, "0.00"), (2.5, 0, "3"), (-2.5, 0, "-3"), (0.05, 1, "0.1"),
    (12, 3, "12.000"),
    (1e300, 2, "1e+300"), (.nan, 2, "nan"), (123_456_789_012, 2, "123456789012.00"),
  ])
  func decimalsAreCountedAndHalvesRoundAwayFromZero(_ value: Double, _ decimals: Int, _ expected: String) {
    #expect(fixed(value, decimals) == expected)
  }

  @Test(arguments: [
    (0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (-12_345, "-12,345"), (10_000_000, "10,000,000"),
    (.min, "-9,223,372,036,854,775,808"),
  ])
  func thousandsAreSetApart(_ value: Int, _ expected: String) {
    #expect(grouped(value) == expected)
  }

  @Test(arguments: [
    (812, "812 bytes"), (999.4, "999 bytes"), (5120, "5.12 kB"), (44_776_488, "44.8 MB"), (2.5e9, "2.50 GB"),
  ])
  func bytesAreInDecimalUnits(_ bytes: Double, _ expected: String) {
    #expect(byteCount(bytes) == expected)
  }

  @Test(arguments: [
    (0.0312, "0.0312"), (1.72e-5, "1.72e-5"), (312.4, "312"), (7.714, "7.71"), (-0.25, "-0.250"), (0, "0"),
  ])
  func aSignificantNumberHasThreeDigitsThatCount(_ value: Double, _ expected: String) {
    #expect(significant(value) == expected)
  }

  @Test(arguments: [("12.50", "12.5"), ("12.00", "12"), ("100", "100"), ("-0.10", "-0.1"), ("", "")])
  func zerosAtTheEndOfAFractionAreTakenAway(_ text: String, _ expected: String) {
    #expect(trimmed(text) == expected)
  }
}
