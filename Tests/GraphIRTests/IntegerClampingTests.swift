import GraphIR
import Testing

@Suite struct IntegerClampingTests {
  @Test(arguments: [
    (0.0, 0), (-0.0, 0), (0.99, 0), (-0.99, 0), (1.5, 1), (-1.5, -1), (1e15, 1_000_000_000_000_000),
    (0x1p62, 1 << 62), (0x1p63, Int.max), (-0x1p63, Int.min), (1e300, Int.max), (-1e300, Int.min),
    (.infinity, Int.max), (-.infinity, Int.min), (.nan, 0), (-.nan, 0), (.leastNonzeroMagnitude, 0),
  ])
  func everyDoubleHasAWholePartOrABound(value: Double, expected: Int) {
    #expect(Int(clamping: value) == expected)
    #expect(Int64(clamping: value) == Int64(expected))
    #expect(Int32(clamping: value) == Int32(clamping: expected))
    #expect(Int8(clamping: value) == Int8(clamping: expected))
  }

  @Test(arguments: [
    (127.9 as Float, 127 as Int8), (128, 127), (-128.9, -128), (-129, -128), (3.4e38, 127), (-3.4e38, -128),
    (.infinity, 127), (-.infinity, -128), (.nan, 0), (.leastNonzeroMagnitude, 0),
  ])
  func everyFloatDoesSo(value: Float, expected: Int8) { #expect(Int8(clamping: value) == expected) }

  @Test func valuesBesideTheBoundsAreExact() {
    #expect(Int(clamping: 0x1p63.nextDown) == Int(0x1p63.nextDown))
    #expect(Int(clamping: (-0x1p63).nextUp) == Int((-0x1p63).nextUp))
    #expect(Int32(clamping: 2_147_483_646.5) == 2_147_483_646)
    #expect(Int32(clamping: 2_147_483_647.5) == 2_147_483_647)
    #expect(Int32(clamping: -2_147_483_648.5) == -2_147_483_648)
  }

  @Test func aTensorKnowsWhetherItsValuesAreNumbers() {
    for value in [0, -0.0, 1, -3.4e38, .greatestFiniteMagnitude, .leastNonzeroMagnitude] as [Float] {
      #expect(Tensor([1, value, 2]).isFinite)
    }
    for value in [.infinity, -.infinity, .nan, -.nan, Float(bitPattern: 0xFFBF_FFFF)] as [Float] {
      let set = ParameterSet(["b": Tensor([0, value]), "c": Tensor([value]), "a": Tensor([7])])
      #expect(set.firstNotFinite == "b")
    }
    #expect(Tensor([]).isFinite)
    #expect(Tensor(shape: [1], elements: .int8([-128])).isFinite)
  }
}
