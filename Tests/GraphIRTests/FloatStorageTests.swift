import GraphIR
import Testing

@Suite struct FloatStorageTests {
  @Test(arguments: [
    // 1 + 2⁻⁸ lies between 1 and 1 + 2⁻⁷: to the even one; anything above it goes up.
    (FloatStorage.bfloat16, Float(1.00390625), Float(1)), (.bfloat16, 1.004, 1.0078125),
    (.bfloat16, 1.01171875, 1.015625), (.bfloat16, -1.004, -1.0078125),
    (.bfloat16, .greatestFiniteMagnitude, Float(bitPattern: 0x7F7F_0000)), (.bfloat16, 0, 0), (.bfloat16, 1.999, 2),
    // 1 + 2⁻¹¹ lies between 1 and 1 + 2⁻¹⁰.
    (.float16, 1.00048828125, 1), (.float16, 1.0005, 1.0009765625), (.float16, 65_520, 65_504),
    (.float16, -1e9, -65_504), (.float16, 1e-9, 0), (.float32, 0.1, 0.1),
  ])
  func aValueBecomesTheNearestOfTheFormat(storage: FloatStorage, value: Float, expected: Float) {
    #expect(storage.rounded(value) == expected)
  }

  @Test(arguments: FloatStorage.allCases)
  func whatTheFormatHoldsStays(storage: FloatStorage) {
    for step in -1000...1000 {
      let once = storage.rounded(Float(step) * 0.0137)
      #expect(storage.rounded(once) == once)
    }
    #expect(storage.rounded(.infinity) == .infinity)
    #expect(storage.rounded(.nan).isNaN)
  }
}
