import Testing
import Text

@Suite struct NumeralTests {
  struct Case: Sendable {
    var numeral: Numeral
    var text: String
    var value: Double?
    var step: Double?
  }

  static let cases: [Case] = [
    Case(numeral: Numeral(0.1266, decimals: 2), text: "0.13", value: 0.13, step: 0.01),
    Case(numeral: Numeral(-2.5, decimals: 0), text: "-3", value: -3, step: 1),
    Case(numeral: Numeral(-0.001, decimals: 2), text: "0.00", value: 0, step: 0.01),
    Case(numeral: Numeral(1e300, decimals: 2), text: "1e+300", value: 1e300),
    Case(numeral: Numeral(.nan, decimals: 2), text: "nan"),
    Case(numeral: Numeral(threeDigits: 9.996), text: "10.0", value: 10, step: 0.1),
    Case(numeral: Numeral(signed: 0.784, decimals: 2), text: "+0.78", value: 0.78, step: 0.01),
    Case(numeral: Numeral(signed: 0.004, decimals: 2), text: "0.00", value: 0, step: 0.01),
    Case(numeral: Numeral(signed: -0.784, decimals: 2), text: "-0.78", value: -0.78, step: 0.01),
    Case(numeral: Numeral(grouped: -12_345), text: "-12,345", value: -12_345, step: 1),
    Case(numeral: Numeral(percentage: 0.90123, decimals: 2), text: "90.12 %", value: 0.9012, step: 1e-4),
    Case(numeral: Numeral(percentage: -.infinity, decimals: 1), text: "-inf %"),
    Case(numeral: Numeral(bytes: 812.4), text: "812 bytes", value: 812, step: 1),
    Case(numeral: Numeral(bytes: 5124), text: "5.12 kB", value: 5120, step: 10),
    Case(numeral: Numeral(bytes: 44_776_488), text: "44.8 MB", value: 44.8e6, step: 1e5),
    Case(numeral: Numeral(bytes: 2.5e9), text: "2.50 GB", value: 2.5e9, step: 1e7),
    Case(numeral: Numeral(spelling: "0.003"), text: "0.003", value: 0.003, step: 0.001),
    Case(numeral: Numeral(spelling: "-5"), text: "-5", value: -5, step: 1),
    Case(numeral: Numeral(spelling: "1.5e-07"), text: "1.5e-07", value: 1.5e-7, step: 1e-8),
    Case(numeral: Numeral(spelling: "1e+06"), text: "1e+06", value: 1e6, step: 1e6),
    Case(numeral: Numeral(spelling: "4,000"), text: "4,000", value: 4000, step: 1),
    Case(numeral: Numeral(1.34, decimals: 2).followed(by: "×"), text: "1.34×", value: 1.34, step: 0.01),
  ]

  @Test(arguments: cases)
  func theTextSaysTheValueAndItsLastDigitTheStep(example: Case) {
    let numeral = example.numeral
    #expect(numeral.text == example.text)
    #expect(numeral.value.isNear(example.value), "\(example)")
    if let step = example.step { #expect(numeral.step.isNear(step), "\(example)") }
  }

  @Test(arguments: [
    "", "-", "1.", ".5", "1,00", "0x10", "inf", "nan", "1e999", "1e", "1 2", "0…5", "5%", "8 bits", "1_000",
    "٣",
  ])
  func aTextThatIsNoNumberByItselfHasNoValue(_ text: String) {
    #expect(Numeral(spelling: text).value == nil)
    #expect(Numeral(spelling: text).text == text)
  }
}

extension Double {
  /// But for the last bits.
  fileprivate func isNear(_ other: Double) -> Bool { abs(self - other) <= 1e-14 * abs(other) }
}

extension Double? {
  fileprivate func isNear(_ other: Double?) -> Bool {
    switch (self, other) {
    case (let one?, let other?): one.isNear(other)
    case (nil, nil): true
    default: false
    }
  }
}
