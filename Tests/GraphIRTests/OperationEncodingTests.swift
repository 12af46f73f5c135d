import Foundation
import GraphIR
import Testing

/// Models of sessions name their operations so; what was stored stays readable.
@Suite struct OperationEncodingTests {
  private static let grid =
    #"{"maximum":255,"minimum":0,"perChannel":false,"powerOfTwo":false,"symmetric":false}"#
  private static let codes = #"{"grid":\#(grid),"scale":0.5,"zeroPoint":3}"#
  private static let parameters = QuantizationParameters(
    scale: 0.5, zeroPoint: 3, grid: QuantizationGrid(minimum: 0, maximum: 255, symmetric: false))
  private static let pooling =
    #"{"global":false,"kernel":2,"kind":"average","padding":0,"stride":2}"#
  private static let dense =
    #"{"hasBias":true,"inputs":2,"learnsWeightScale":false,"outputs":3,"storage":"fp32"}"#
  private static let convolution =
    #"{"groups":1,"hasBias":true,"inputs":2,"kernel":1,"learnsWeightScale":false,"outputs":3,"padding":0,"#
    + #""storage":"fp32","stride":1}"#

  static let stored: [(text: String, operation: GraphIR.Operation)] = [
    (#"{"input":{}}"#, .input), (#"{"add":{}}"#, .add), (#"{"flatten":{}}"#, .flatten),
    (#"{"dropout":{"_0":{"rate":0.5}}}"#, .dropout(Dropout(rate: 0.5))),
    (#"{"activation":{"_0":"relu6"}}"#, .activation(.relu6)),
    (#"{"pool":{"_0":\#(pooling)}}"#, .pool(Pooling(.average, kernel: 2))),
    (#"{"dense":{"_0":\#(dense)}}"#, .dense(Dense(inputs: 2, outputs: 3))),
    (
      #"{"convolution":{"_0":\#(convolution)}}"#,
      .convolution(Convolution(inputs: 2, outputs: 3, kernel: 1))
    ),
    (#"{"quantize":{"_0":\#(codes)}}"#, .integer(.quantize(parameters))),
    (#"{"dequantize":{"_0":\#(codes)}}"#, .integer(.dequantize(parameters))),
    (
      #"{"requantize":{"_0":{"activation":"relu","input":\#(codes),"output":\#(codes)}}}"#,
      .integer(.requantize(Requantization(input: parameters, output: parameters, activation: .relu)))
    ),
    (
      #"{"integerPool":{"_0":{"input":\#(codes),"output":\#(codes),"pooling":\#(pooling)}}}"#,
      .integer(
        .pool(IntegerPooling(pooling: Pooling(.average, kernel: 2), input: parameters, output: parameters)))
    ),
    (
      #"{"integerConvolution":{"_0":{"activation":"relu6","convolution":\#(convolution),"input":\#(codes),"#
        + #""output":\#(codes),"residual":\#(codes),"weightBits":8}}}"#,
      .integer(
        .convolution(
          IntegerConvolution(
            convolution: Convolution(inputs: 2, outputs: 3, kernel: 1), input: parameters,
            residual: parameters, output: parameters, activation: .relu6)))
    ),
    (
      #"{"integerDense":{"_0":{"dense":\#(dense),"input":\#(codes),"weightBits":4}}}"#,
      .integer(
        .dense(IntegerDense(dense: Dense(inputs: 2, outputs: 3), input: parameters, weightBits: 4)))
    ),
    (
      #"{"dynamicDense":{"_0":{"dense":\#(dense),"input":\#(grid)}}}"#,
      .integer(.dynamicDense(DynamicDense(dense: Dense(inputs: 2, outputs: 3), input: parameters.grid)))
    ),
  ]

  @Test(arguments: 0..<stored.count)
  func anOperationIsReadAndWrittenAsStoredModelsHaveIt(index: Int) throws {
    let (text, operation) = Self.stored[index]
    #expect(try JSONDecoder().decode(GraphIR.Operation.self, from: Data(text.utf8)) == operation)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(String(decoding: try encoder.encode(operation), as: UTF8.self) == text)
  }

  @Test func anOperationThatIsNotKnownIsRefused() {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(GraphIR.Operation.self, from: Data(#"{"softmax":{}}"#.utf8))
    }
  }
}
