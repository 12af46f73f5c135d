import Foundation
import GraphIR
import SessionStore
import TensorFiles
import Testing

struct SafetensorsTests {
  /// `safetensors.numpy.save` 0.8.0 of the tensors below, with metadata format = pt.
  private static let reference =
    "50010000000000007b225f5f6d657461646174615f5f223a7b22666f726d6174223a227074227d2c2261223a7b226474797065"
    + "223a22463332222c227368617065223a5b305d2c22646174615f6f666673657473223a5b302c305d7d2c226c617965722e7765"
    + "69676874223a7b226474797065223a22463332222c227368617065223a5b312c335d2c22646174615f6f666673657473223a5b"
    + "302c31325d7d2c22715c225c5cc3bc223a7b226474797065223a22463332222c227368617065223a5b315d2c22646174615f6f"
    + "666673657473223a5b31322c31365d7d2c2262696173223a7b226474797065223a22493332222c227368617065223a5b325d2c"
    + "22646174615f6f666673657473223a5b31362c32345d7d2c22636f646573223a7b226474797065223a224938222c2273686170"
    + "65223a5b335d2c22646174615f6f666673657473223a5b32342c32375d7d7d202020202020200000c03f000000c00000803ecd"
    + "cccc3d07000000f8ffffff80007f"

  private static let tensors = ParameterSet([
    "layer.weight": Tensor([1.5, -2, 0.25], shape: [1, 3]), "a": Tensor([], shape: [0]),
    "q\"\\ü": Tensor([0.1]), "codes": Tensor(shape: [3], elements: .int8([-128, 0, 127])),
    "bias": Tensor(shape: [2], elements: .int32([7, -8])),
  ])

  @Test func theBytesAreThoseOfTheReferenceImplementation() throws {
    let folder = try SessionFolder()
    let path = folder.path + "/file.safetensors"
    try WeightsFile(parameters: Self.tensors, metadata: ["format": "pt"]).write(to: path)
    let digits = try folder.bytes(path).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(digits == Self.reference)
    #expect(
      try WeightsFile(parameters: Self.tensors, metadata: ["format": "pt"]).byteCount
        == Self.reference.count / 2)
    let read = try WeightsFile(reading: path)
    #expect(read == WeightsFile(parameters: Self.tensors, metadata: ["format": "pt"]))
  }

  @Test func theSameTensorsAlwaysMakeTheSameBytes() throws {
    let model = try sampleModel()
    var reversed = ParameterSet()
    for name in model.parameters.names.reversed() { reversed[name] = model.parameters[name] }
    let store = try SessionStore(folder: nil)
    let other = Model(kind: .float, graph: model.graph, parameters: reversed)
    let records = try store.transaction { transaction in
      try [model, other].map { try transaction.save("a", $0) }
    }
    #expect(records[0].object == records[1].object)
    let quantized = Model(kind: .fakeQuantized, graph: model.graph, parameters: model.parameters)
    #expect(try store.transaction { try $0.save("q", quantized) }.object != records[0].object)
  }

  @Test func escapesAndAnyOrderOfMembersAreRead() throws {
    let header = #"""
       { "b\u00fc\uD83D\ude00\n" : {"data_offsets":[4,8], "shape" :[ 1 ,1], "dtype":"F32"},
      "a":{"shape":[],"dtype":"I32","data_offsets":[0,4]},"__metadata__":{"x\/":"\u0000"} }
      """#
    let file = try WeightsFile(bytes: safetensors(header, data: [1, 0, 0, 0, 0, 0, 0x80, 0x3F]))
    #expect(file.parameters["bü😀\n"] == Tensor([1], shape: [1, 1]))
    #expect(file.parameters["a"] == Tensor(shape: [], elements: .int32([1])))
    #expect(file.metadata == ["x/": "\0"])
  }

  private static let hostile: [String] = [
    "", "{", "[]", "null", "{}x", "{\"a\"}", #"{"a":{}}"#, #"{"a":1}"#, #"{"a":{"dtype":"F32","shape":[1]}}"#,
    // Offsets: negative, reversed, beyond the file, of the wrong size, with a hole, overlapping.
    tensor("F32", "[1]", "[-4,0]"), tensor("F32", "[1]", "[4,0]"), tensor("F32", "[2]", "[0,4]"),
    tensor("F32", "[100]", "[0,400]"), tensor("F32", "[1]", "[4,8]"), tensor("I8", "[3]", "[0,3]"),
    tensors(("a", 0..<3), ("b", 2..<4)), tensors(("a", 0..<1), ("b", 2..<4)),
    tensors(("a", 0..<4), ("b", 0..<4)),
    // Sizes that overflow a product or an integer.
    tensor("F32", "[9223372036854775807,9223372036854775807]", "[0,4]"),
    tensor("F32", "[4611686018427387904]", "[0,4]"), tensor("F32", "[4294967296,4294967296,4]", "[0,4]"),
    tensor("F32", "[1]", "[0,18446744073709551615]"), tensor("F32", "[99999999999999999999]", "[0,4]"),
    tensor("F32", "[-1]", "[0,4]"), tensor("F32", "[1.0]", "[0,4]"), tensor("F32", "[1e0]", "[0,4]"),
    tensor("F32", "[01]", "[0,4]"), tensor("F32", "[1,]", "[0,4]"), tensor("F32", "[1", "[0,4]"),
    tensor("F32", "[1]", "[0,4,8]"), tensor("F32", "[1]", "[0]"), tensor("F32", "1", "[0,4]"),
    tensor("F32", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "[0,4]"),
    // Types that the program does not hold.
    tensor("F64", "[2]", "[0,4]"), tensor("BOOL", "[4]", "[0,4]"), tensor("", "[1]", "[0,4]"),
    // Names twice.
    tensors(("a", 0..<4), ("a", 0..<4)), tensors(("a", 0..<2), ("a", 2..<4)),
    #"{"a":{"dtype":"I8","dtype":"I8","shape":[4],"data_offsets":[0,4]}}"#,
    #"{"__metadata__":{"x":"1","x":"1"}}"#, #"{"__metadata__":{"x":1}}"#,
    #"{"__metadata__":{}, "__metadata__":{}}"#,
    // Strings without an end, with half a surrogate pair, with a raw control character, with a wrong escape.
    #"{"a"#, #"{"\ud800":{}}"#, #"{"\ud800\u0041":{}}"#, #"{"\udc00":{}}"#, #"{"\u12"#, #"{"\x":{}}"#,
    "{\"\n\":{}}",
    // Depth.
    #"{"a":"# + String(repeating: "[", count: 100_000), String(repeating: #"{"a":"#, count: 100_000),
    #"{"a":{"dtype":"I8","shape":"# + String(repeating: "[", count: 100_000),
  ]

  private static func tensors(_ places: (name: String, bytes: Range<Int>)...) -> String {
    let members = places.map { name, bytes in
      #""\#(name)":{"dtype":"I8","shape":[\#(bytes.count)],"#
        + #""data_offsets":[\#(bytes.lowerBound),\#(bytes.upperBound)]}"#
    }
    return "{\(members.joined(separator: ","))}"
  }

  private static func tensor(_ type: String, _ shape: String, _ offsets: String) -> String {
    #"{"a":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}}"#
  }

  @Test(arguments: hostile) func aHostileHeaderIsRefused(header: String) {
    #expect(throws: SafetensorsError.self) {
      try WeightsFile(bytes: safetensors(header, data: [0, 0, 0, 0]))
    }
  }

  @Test func headersOfImpossibleLengthAreRefused() {
    #expect(throws: SafetensorsError.tooShort) { try WeightsFile(bytes: []) }
    #expect(throws: SafetensorsError.tooShort) { try WeightsFile(bytes: Array(repeating: 0, count: 7)) }
    for length: UInt64 in [1, 100_000_000, 100_000_001, 1 << 63, .max] {
      #expect(throws: SafetensorsError.headerLength(length)) {
        try WeightsFile(bytes: withUnsafeBytes(of: length.littleEndian, Array.init))
      }
    }
    #expect(throws: SafetensorsError.self) { try WeightsFile(bytes: Array(repeating: 0, count: 8)) }
    let invalid = withUnsafeBytes(of: UInt64(4).littleEndian, Array.init) + [0x7B, 0x22, 0xFF, 0x22]
    #expect(throws: SafetensorsError.self) { try WeightsFile(bytes: invalid) }
  }

  @Test func theErrorsNameWhatIsWrong() throws {
    func error(_ header: String) throws -> SafetensorsError {
      try #require(throws: SafetensorsError.self) {
        try WeightsFile(bytes: safetensors(header, data: [0, 0, 0, 0]))
      }
    }
    #expect(try error(Self.tensor("U16", "[2]", "[0,4]")) == .unsupportedType(tensor: "a", type: "U16"))
    #expect(try error(Self.tensor("F32", "[2]", "[0,4]")) == .size(tensor: "a"))
    #expect(try error(Self.tensor("F32", "[0]", "[4,4]")) == .notContiguous(tensor: "a"))
    #expect(try error(Self.tensor("I8", "[3]", "[0,3]")) == .fileLength(expected: 3, found: 4))
    #expect(try error("{}") == .fileLength(expected: 0, found: 4))
  }

  @Test func aFileOfTwoTensorsIsReadWhereNothingIsWrong() throws {
    let file = try WeightsFile(
      bytes: safetensors(Self.tensors(("a", 0..<1), ("b", 1..<4)), data: [1, 2, 3, 4]))
    #expect(file.parameters["b"]?.int8s == [2, 3, 4])
  }

  /// Cuts and changed bytes give an error or tensors, and never more bytes than the file has.
  ///
  /// `QATLAB_MUTATIONS` sets how many are tried.
  @Test func randomlyChangedFilesNeverStopTheProgram() throws {
    let folder = try SessionFolder()
    let path = folder.path + "/file.safetensors"
    try WeightsFile(parameters: Self.tensors, metadata: ["format": "pt"]).write(to: path)
    let original = try folder.bytes(path)
    var generator = SeededGenerator(seed: 3, purpose: "changes")
    let count = ProcessInfo.processInfo.environment["QATLAB_MUTATIONS"].flatMap { Int($0) } ?? 3000
    for round in 0..<count {
      var bytes = original
      for _ in 0...(round % 4) {
        bytes[Int(generator.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: generator.next())
      }
      if round % 3 == 0 { bytes.removeLast(Int(generator.next() % UInt64(bytes.count))) }
      guard let file = try? WeightsFile(bytes: bytes) else { continue }
      #expect(file.parameters.byteCount <= bytes.count)
    }
  }

  @Test func aFileThatIsNotThereIsNamed() throws {
    let error = try #require(throws: StoreError.self) { try WeightsFile(reading: "/nowhere/x.safetensors") }
    #expect("\(error)" == "/nowhere/x.safetensors can't be read: open: No such file or directory")
  }

  private func safetensors(_ header: String, data: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init) + Array(header.utf8) + data
  }
}
