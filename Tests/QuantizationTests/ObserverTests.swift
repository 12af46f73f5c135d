import Foundation
import GraphIR
import Quantization
import ReferenceNumbers
import Testing

@Suite struct ObserverTests {
  @Test(arguments: ["MinMax", "PerChannelMinMax", "MovingAverageMinMax", "MovingAveragePerChannelMinMax"])
  func rangeScaleAndZeroPointAgreeWithTheReference(name: String) throws {
    let batches = try referenceFile("observer_batches.json", fixtures: .module).list("batches")
      .map { try ReferenceTensor($0) }
    let cases = try referenceCases("observers.json", fixtures: .module)
      .filter { try $0.string("observer") == name }
    #expect(!cases.isEmpty)
    for reference in cases {
      let grid = QuantizationGrid(
        minimum: try reference.integer("qmin"), maximum: try reference.integer("qmax"),
        symmetric: try reference.string("qscheme") == "symmetric")
      let (ranges, parameters) = observe(batches, with: name, on: grid)
      let words = "\(name) on \(grid.minimum)…\(grid.maximum)"
      let scales = try reference.tensor("scale").data
      #expect(parameters.count == scales.count)
      for (index, found) in parameters.enumerated() {
        #expect(relativeDistance(Double(found.scale), scales[index]) <= 1e-6, "\(words)")
      }
      #expect(parameters.map(\.zeroPoint) == (try reference.tensor("zero_point").int32s), "\(words)")
      let minima = try reference.tensor("min").data
      let maxima = try reference.tensor("max").data
      #expect(relativeDistance(ranges.map { Double($0.minimum) }, minima) <= 1e-6, "\(words)")
      #expect(relativeDistance(ranges.map { Double($0.maximum) }, maxima) <= 1e-6, "\(words)")
    }
  }

  @Test func theHistogramObserverAgreesWithTheReference() throws {
    let batches = try referenceFile("observer_batches.json", fixtures: .module).list("batches")
      .map { try ReferenceTensor($0) }
    let cases = try referenceCases("observers.json", fixtures: .module)
      .filter { try $0.string("observer") == "Histogram" }
    #expect(!cases.isEmpty)
    var observer = HistogramObserver()
    for batch in batches {
      batch.floats.withUnsafeBufferPointer { observer.observe($0, shape: batch.shape) }
    }
    for reference in cases {
      let grid = QuantizationGrid(
        minimum: try reference.integer("qmin"), maximum: try reference.integer("qmax"),
        symmetric: try reference.string("qscheme") == "symmetric")
      let found = observer.parameters(on: grid)
      let scales = try reference.tensor("scale").data
      #expect(relativeDistance(found.map { Double($0.scale) }, scales) <= 0.02, "\(grid.minimum)…\(grid.maximum)")
      let zeroPoints = try reference.tensor("zero_point").int32s
      #expect(zip(found, zeroPoints).allSatisfy { abs($0.zeroPoint - $1) <= 2 })
      #expect(relativeDistance(Double(observer.histogram.range.maximum), try reference.tensor("max").data[0]) <= 1e-6)
    }
  }

  @Test func theFirstBatchSetsTheMovingRangeAndTheNextMovesItByTheConstant() {
    var observer = MovingAverageObserver(averaging: 0.25)
    observe([-1, 4], &observer)
    #expect(observer.ranges == [ObservedRange(minimum: -1, maximum: 4)])
    observe([-3, 0], &observer)
    #expect(observer.ranges == [ObservedRange(minimum: -1.5, maximum: 3)])
  }

  @Test func aBatchOfNaNsAloneLeavesTheMovingRange() {
    var observer = MovingAverageObserver(averaging: 0.25)
    observe([.nan, .nan], &observer)
    #expect(observer.ranges.map(\.isEmpty) == [true])
    observe([-1, .nan, 4], &observer)
    observe([.nan], &observer)
    #expect(observer.ranges == [ObservedRange(minimum: -1, maximum: 4)])
  }

  @Test func anObserverWithoutABatchHasNoParameters() {
    #expect(MinMaxObserver().parameters(on: byteGrid).isEmpty)
    #expect(MovingAverageObserver().parameters(on: byteGrid).isEmpty)
  }

  @Test func channelsAreSeparatedAlongTheirAxis() {
    let values: [Float] = [0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121]
    let ranges = values.withUnsafeBufferPointer {
      measureRanges($0, shape: [2, 3, 2], granularity: .perChannel(axis: 1))
    }
    #expect(ranges.map(\.minimum) == [0, 10, 20])
    #expect(ranges.map(\.maximum) == [101, 111, 121])
  }
}

private func observe(
  _ batches: [ReferenceTensor], with name: String, on grid: QuantizationGrid
) -> ([ObservedRange], [QuantizationParameters]) {
  let granularity: ObservedGranularity = name.contains("PerChannel") ? .perChannel(axis: 1) : .perTensor
  if name.hasPrefix("MovingAverage") {
    var observer = MovingAverageObserver(granularity: granularity)
    for batch in batches {
      batch.floats.withUnsafeBufferPointer { observer.observe($0, shape: batch.shape) }
    }
    return (observer.ranges, observer.parameters(on: grid))
  }
  var observer = MinMaxObserver(granularity: granularity)
  for batch in batches {
    batch.floats.withUnsafeBufferPointer { observer.observe($0, shape: batch.shape) }
  }
  return (observer.ranges, observer.parameters(on: grid))
}

private func observe(_ values: [Float], _ observer: inout MovingAverageObserver) {
  values.withUnsafeBufferPointer { observer.observe($0, shape: [values.count]) }
}
