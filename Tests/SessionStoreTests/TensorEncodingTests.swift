import GraphIR
import SessionStore
import TensorFiles
import Testing

@Suite struct TensorEncodingTests {
  private func written(_ file: WeightsFile) throws -> [UInt8] {
    let folder = try SessionFolder()
    let path = folder.path + "/file.safetensors"
    try file.write(to: path)
    let bytes = try folder.bytes(path)
    #expect(try file.byteCount == bytes.count)
    return bytes
  }

  /// By hand: 1 and −1 are 0x1 and 0xF, low nibble first: 0xF1; −8 and 7: 0x78; 3 alone: 0x03.
  @Test func twoCodesShareAByteWithTheFirstInItsLowHalf() throws {
    let codes = Tensor(shape: [5, 1], elements: .int8([1, -1, -8, 7, 3]))
    let file = WeightsFile(parameters: ParameterSet(["w": codes]), encodings: ["w": .int4])
    let bytes = try written(file)
    #expect(bytes.suffix(3) == [0xF1, 0x78, 0x03])
    let header = String(decoding: bytes.dropFirst(8).dropLast(3), as: UTF8.self)
    #expect(header.contains(#""packed:w":"int4 low-nibble-first [5,1]""#))
    #expect(header.contains(#""w":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}"#))
    #expect(try WeightsFile(bytes: bytes) == file)
  }

  @Test func halfWidthsAreTheFormatsOwn() throws {
    // 1.5 is 0x3E00 in binary16 and 0x3FC0 in bfloat16; −2 is 0xC000 in both.
    let values = Tensor([1.5, -2])
    let file = WeightsFile(
      parameters: ParameterSet(["a": values, "b": values]),
      encodings: ["a": .float16, "b": .bfloat16])
    let bytes = try written(file)
    #expect(bytes.suffix(8) == [0xC0, 0x3F, 0x00, 0xC0, 0x00, 0x3E, 0x00, 0xC0])
    #expect(try WeightsFile(bytes: bytes) == file)
  }

  @Test(arguments: [
    (TensorEncoding.int4, Tensor(shape: [1], elements: .int8([8]))),
    (.int4, Tensor(shape: [1], elements: .int8([-9]))), (.int4, Tensor([1])),
    (.int4, Tensor(shape: [1], elements: .int32([1]))), (.float16, Tensor([0.1])),
    (.float16, Tensor([65_536])), (.float16, Tensor([.nan])), (.bfloat16, Tensor([1.001])),
    (.bfloat16, Tensor([.nan])), (.bfloat16, Tensor(shape: [1], elements: .int8([1]))),
  ])
  func whatWouldNotComeBackIsNotWritten(encoding: TensorEncoding, tensor: Tensor) {
    let file = WeightsFile(parameters: ParameterSet(["w": tensor]), encodings: ["w": encoding])
    #expect(throws: StoreError.self) { try file.byteCount }
  }

  @Test(arguments: 0..<9)
  func anyNumberOfCodesComesBack(count: Int) throws {
    let codes = (0..<count).map { Int8($0 * 5 % 16 - 8) }
    let file = WeightsFile(
      parameters: ParameterSet(["w": Tensor(shape: [count], elements: .int8(codes))]),
      encodings: ["w": .int4])
    #expect(try WeightsFile(bytes: written(file)) == file)
  }

  private static func packed(_ packing: String?, shape: String = "[2]", type: String = "U8") -> String {
    let metadata = packing.map { #""__metadata__":{"packed:w":"\#($0)"},"# } ?? ""
    return #"{\#(metadata)"w":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":[0,2]}}"#
  }

  @Test(arguments: [
    packed(nil), packed(""), packed("int4"), packed("int3 low-nibble-first [4]"),
    packed("int4 low-nibble-first [5]"), packed("int4 low-nibble-first [2]"),
    packed("int4 low-nibble-first [-4]"), packed("int4 low-nibble-first [04]"),
    packed("int4 low-nibble-first [4"), packed("int4 low-nibble-first [4]]"),
    packed("int4 low-nibble-first [4,]"), packed("int4 low-nibble-first [4, 1]"),
    packed("int4 low-nibble-first []"), packed("int4 low-nibble-first [9223372036854775807,4]"),
    packed("int4 low-nibble-first [4]", shape: "[1,2]"), packed("int4 low-nibble-first [4]", type: "I8"),
    // The high half of the last byte belongs to no code.
    packed("int4 low-nibble-first [3]"),
    packed("int4 low-nibble-first [" + String(repeating: "1,", count: 100_000) + "4]"),
  ])
  func packedBytesThatDoNotFitTheirDescriptionAreRefused(header: String) {
    #expect(throws: SafetensorsError.self) {
      try WeightsFile(
        bytes: withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init) + Array(header.utf8)
          + [0x21, 0x43])
    }
  }

  @Test func anIntegerModelIsStoredInTheWidthsOfItsNodes() throws {
    let grid = QuantizationGrid(minimum: 0, maximum: 255, symmetric: false)
    let codes = QuantizationParameters(scale: 0.1, zeroPoint: 0, grid: grid)
    var kept = Dense(inputs: 6, outputs: 3)
    kept.storage = .bfloat16
    var graph = Graph(architecture: "test", input: .vector(5))
    try graph.append("quantize", .integer(.quantize(codes)), 0)
    try graph.append(
      "fc1",
      .integer(
        .dense(
          IntegerDense(dense: Dense(inputs: 5, outputs: 6), input: codes, output: codes, weightBits: 4))), 1)
    try graph.append("fc1.dequantize", .integer(.dequantize(codes)), 2)
    try graph.append("fc2", .dense(kept), 3)
    let parameters = ParameterSet([
      "fc1.weight": Tensor(shape: [6, 5], elements: .int8((0..<30).map { Int8($0 % 15 - 7) })),
      "fc1.scale": Tensor(repeating: 0.5, shape: [6]),
      "fc1.bias": Tensor(shape: [6], elements: .int32(Array(repeating: 1, count: 6))),
      "fc2.weight": Tensor(repeating: 0.25, shape: [3, 6]), "fc2.bias": Tensor([0.1, 0.2, 0.3]),
    ])
    let model = Model(kind: .integer, graph: graph, parameters: parameters)
    let folder = try SessionFolder()
    let record = try folder.open { store in try store.transaction { try $0.save("small", model) } }
    #expect(try folder.open { try $0.parameters(of: record) } == parameters)
    #expect(record.byteCount == (try WeightsFile(model).byteCount))
    // 15 bytes of packed codes, 24 + 24 of scales and biases, 36 + 12 of the layer in float.
    #expect(try written(WeightsFile(model)).suffix(111).count == 111)
    #expect(WeightsFile(model).encodings == ["fc1.weight": .int4, "fc2.weight": .bfloat16])
    var training = model
    training.kind = .fakeQuantized
    #expect(WeightsFile(training).encodings.isEmpty)
  }
}
