import Interpreter
import Language
import Testing

/// `show quantize` and `show fake-quant range`, against arithmetic by hand.
@Suite struct QuantizerCellTests {
  private func values(_ cell: String) throws -> [String: Double] {
    let (result, _) = try Scene().run(cell)
    try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
    return result.values
  }

  @Test(
    arguments: [
      // 37 steps, and 3.
      ("0.37 scale 0.01 zero-point 3 bits 8", 40, 0.37, 0),
      // Half a step goes to the even integer: 0.5 to 0, 1.5 to 2, 2.5 to 2, and likewise below 0.
      ("0.25 scale 0.5", 0, 0, 0),
      ("0.75 scale 0.5", 2, 1, 0),
      ("1.25 scale 0.5", 2, 1, 0),
      ("-0.25 scale 0.5 grid signed", 0, 0, 0),
      ("-0.75 scale 0.5 grid signed", -2, -1, 0),
      // The zero point is added after rounding: with 3 the halves still go to 0 and 2 steps.
      ("0.25 scale 0.5 zero-point 3", 3, 0, 0),
      ("0.75 scale 0.5 zero-point 3", 5, 1, 0),
      // Beyond either end.
      ("300 scale 1", 255, 255, 1),
      ("-4 scale 1 zero-point 3", 0, -3, 1),
      ("255.4 scale 1", 255, 255, 0),
      ("255.6 scale 1", 255, 255, 1),
      // Every width, at the upper end of its grid.
      ("1000 scale 1 bits 2", 3, 3, 1),
      ("1000 scale 1 bits 3", 7, 7, 1),
      ("1000 scale 1 bits 4", 15, 15, 1),
      ("1000 scale 1 bits 5", 31, 31, 1),
      ("1000 scale 1 bits 6", 63, 63, 1),
      ("1000 scale 1 bits 7", 127, 127, 1),
      ("1000 scale 1 bits 8", 255, 255, 1),
      ("-1000 scale 1 bits 4 grid signed", -8, -8, 1),
      ("-1000 scale 1 bits 4 grid symmetric", -7, -7, 1),
      ("-1000 scale 1 bits 2 grid symmetric", -1, -1, 1),
    ] as [(String, Double, Double, Double)])
  func aNumberGoesToItsIntegerAndBack(numbers: String, code: Double, value: Double, clipped: Double) throws {
    let values = try values("show quantize " + numbers)
    #expect(values["quantize.code"] == code)
    #expect(abs(try #require(values["quantize.value"]) - value) < 1e-6)
    #expect(values["quantize.clipped"] == clipped)
  }

  /// PyTorch's fake_quantize_per_tensor_affine: ties, both signs, values beyond the grid.
  @Test(
    arguments: [
      (
        "scale 0.1257631629705429 zero-point 128 bits 8 grid unsigned",
        [
          0.06288158148527145, 0.18864473700523376, -0.06288158148527145, -34.40205764770508,
          6.493496417999268, -34.40205764770508,
        ],
        [0.0, 0.2515263259410858, 0.0, -16.097684860229492, 6.539684295654297, -16.097684860229492],
        [0, 0, 0, 1, 0, 1]
      ),
      (
        "scale 0.11076270043849945 zero-point 5 bits 4 grid unsigned",
        [
          0.055381350219249725, 0.16614404320716858, -0.055381350219249725, 0.6960046291351318,
          -1.1829744577407837, 1.8860286474227905,
        ],
        [0.0, 0.11076270043849945, 0.0, 0.6645761728286743, -0.5538135170936584, 1.107627034187317],
        [0, 0, 0, 0, 1, 1]
      ),
      (
        "scale 0.11061344295740128 zero-point 0 bits 8 grid signed",
        [
          0.05530672147870064, 0.1659201681613922, -0.05530672147870064, -0.418580025434494,
          -1.1283382177352905, -28.36412239074707,
        ],
        [0.0, 0.22122688591480255, 0.0, -0.4424537718296051, -1.1061344146728516, -14.158520698547363],
        [0, 0, 0, 0, 0, 1]
      ),
      (
        "scale 0.07525946199893951 zero-point 0 bits 4 grid signed",
        [
          0.03762973099946976, 0.11288919299840927, -0.03762973099946976, 0.49899253249168396,
          -0.42019471526145935, -0.7553213238716125,
        ],
        [0.0, 0.15051892399787903, 0.0, 0.5268162488937378, -0.4515567719936371, -0.6020756959915161],
        [0, 0, 0, 0, 0, 1]
      ),
    ] as [(String, [Double], [Double], [Double])])
  func numbersComeBackAsFromTheReference(grid: String, numbers: [Double], back: [Double], clipped: [Double])
    throws
  {
    let cell = "show quantize " + numbers.map { "\($0)" }.joined(separator: " ") + " " + grid
    let values = try values(cell)
    for (index, expected) in back.enumerated() {
      #expect(values["quantize.\(index + 1).value"].map { Float($0) } == Float(expected), "\(numbers[index])")
      #expect(values["quantize.\(index + 1).clipped"] == clipped[index], "\(numbers[index])")
    }
  }

  @Test func theErrorIsWhatIsLost() throws {
    // 0.3 is 3 tenths of a step of 1.
    #expect(abs(try #require(try values("show quantize 0.3 scale 1")["quantize.error"]) - 0.3) < 1e-7)
    #expect(abs(try #require(try values("show quantize 9 scale 0.01")["quantize.error"]) - 6.45) < 1e-6)
  }

  @Test func numbersWithoutAScaleGetTheGridOfTheirRange() throws {
    // -1…2 in 7 steps: 3/7; the zero point is round(1 / (3/7)) = round(2.33) = 2.
    let values = try values("show quantize -1 0.4 2 bits 3")
    #expect(abs(try #require(values["quantize.scale"]) - 3.0 / 7) < 1e-6)
    #expect(values["quantize.zero_point"] == 2)
    #expect((1...3).map { values["quantize.\($0).code"] } == [0, 3, 7])
  }

  @Test func whatWasNotWrittenIsTold() throws {
    let words = try Scene().run("show quantize 0.37 scale 0.01").1.words
    #expect(words.contains("no zero point was written, so it is 0"))
    #expect(words.contains("not written, so: bits 8, grid unsigned"))
    let all = try Scene().run("show quantize 0.37 scale 0.01 zero-point 3 bits 8 grid unsigned").1.words
    #expect(!all.contains("written"))
  }

  @Test func aPictureShowsWhereTheNumberFalls() throws {
    let (_, outputs) = try Scene().run("show quantize 0.12 scale 0.1 zero-point 3 bits 4")
    let picture = outputs.compactMap { if case .drawing(let text) = $0 { text } else { nil } }
    #expect(
      picture.first == """
                           ↓ 0.12
            2      3      4      5      6
        ────┼──────┼──────┼──────┼──────┼────
          -0.1     0     0.1    0.2    0.3
        """)
  }

  @Test(
    arguments: [
      // (2 + 1)/15, round(1/0.2)
      ("-1 2 bits 4", 0.2, 5, -1, 2),
      ("-1 2 bits 4 grid signed", 0.2, -3, -1, 2),
      // 2/7, on -7…7
      ("-1 2 bits 4 grid symmetric", 2.0 / 7, 0, -2, 2),
      // 0 belongs to every range.
      ("1 3 bits 2", 1, 0, 0, 3),
      ("-3 -1 bits 2", 1, 3, -3, 0),
    ] as [(String, Double, Double, Double, Double)])
  func aRangeGivesScaleAndZeroPoint(
    range: String, scale: Double, zeroPoint: Double, low: Double, high: Double
  ) throws {
    let values = try values("show fake-quant range " + range)
    #expect(abs(try #require(values["fake_quant.scale"]) - scale) < 1e-6)
    #expect(values["fake_quant.zero_point"] == zeroPoint)
    #expect(abs(try #require(values["fake_quant.minimum"]) - low) < 1e-6)
    #expect(abs(try #require(values["fake_quant.maximum"]) - high) < 1e-6)
  }

  @Test func theStaircaseRisesStepByStepAndTheGradientIsAWindow() throws {
    let (_, outputs) = try Scene().run("show fake-quant range 0 3 bits 2")
    let curves = outputs.compactMap { if case .curve(let curve) = $0 { curve } else { nil } }
    try #require(curves.count == 2)
    // Four levels of a step of 1, each from half a step before to half a step behind it.
    let stairs = curves[0].series[0].points
    #expect(stairs.map(\.y) == [0, 0, 0, 1, 1, 2, 2, 3, 3, 3])
    #expect(stairs.map(\.x) == [-1.5, -0.5, 0.5, 0.5, 1.5, 1.5, 2.5, 2.5, 3.5, 4.5])
    let window = curves[1].series[0].points
    #expect(window.map(\.y) == [0, 0, 1, 1, 0, 0])
    #expect(window.map(\.x) == [-1.5, -0.5, -0.5, 3.5, 3.5, 4.5])
  }

  @Test(arguments: [
    ("show quantize 0.3 scale 0", "out-of-range", "0", "greater than 0"),
    ("show quantize 0.3 scale -1", "out-of-range", "-1", "greater than 0"),
    ("show quantize 0.3 scale 1e-9", "out-of-range", "1e-9", "at least 1.19"),
    ("show quantize 0.3 scale 1e39", "out-of-range", "1e39", "32-bit float"),
    ("show quantize 0.3 scale 1 bits 1", "out-of-range", "1", "bits 2"),
    ("show quantize 0.3 scale 1 bits 9", "out-of-range", "9", "2 to 8"),
    ("show quantize 0.3 scale 1 zero-point 20 bits 4", "out-of-range", "20", "0…15"),
    ("show quantize 0.3 scale 1 zero-point -3", "out-of-range", "-3", "grid signed"),
    ("show quantize 0.3 scale 1 zero-point 3.5", "wrong-type", "3.5", "zero-point 3"),
    ("show quantize 0.3 scale 1 zero-point 3 grid symmetric", "options-disagree", "3", "around 0"),
    ("show quantize 0.3 zero-point 3", "pointless-option", "zero-point 3", "scale"),
    ("show quantize", "missing-operand", "quantize", "show quantize 0.37"),
    ("show quantize teacher", "wrong-type", "teacher", "not the name teacher"),
    ("show quantize 1e300", "out-of-range", "1e300", "smaller"),
    ("show quantize 50%", "wrong-type", "50%", ""),
    ("show fake-quant", "missing-operand", "fake-quant", "range -1 2"),
    ("show fake-quant range 1", "missing-operand", "range", "two numbers"),
    ("show fake-quant range 1 2 3", "missing-operand", "range", "two numbers"),
    ("show fake-quant range 2 -1", "out-of-range", "2 -1", "range -1 2"),
    ("show fake-quant range 1 1", "out-of-range", "1 1", "different"),
    ("show fake-quant range 1 2 scale 3", "pointless-option", "scale 3", "quantize"),
    ("show data scale 3", "pointless-option", "scale 3", "quantize"),
    ("show run bits 3", "pointless-option", "bits 3", "fake-quant"),
    ("show graph teacher student", "unexpected-value", "student", "leave out"),
    ("quantize = train qatcnn", "reserved-name", "quantize", "show quantize"),
  ])
  func whatCannotBeIsRefusedWithTheReason(cell: String, id: String, place: String, words: String) throws {
    let scene = try Scene()
    let diagnostic = try #require(scene.run(cell).0.diagnostics.first)
    #expect(diagnostic.id == id)
    let range = try #require(diagnostic.range)
    #expect(SourceFile(cell).text(of: range) == place)
    #expect(words.isEmpty || scene.picture(cell).contains(words), "\(scene.picture(cell))")
  }
}
