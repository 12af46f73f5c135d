import Datasets
import Testing

@Suite struct ResizeTests {
  struct Row: Sendable {
    var from: [UInt8]
    var to: [UInt8]
  }

  @Test(arguments: [
    // Centres −¼, ¼, ¾, 1¼: the outer ones are held at the edge.
    Row(from: [0, 100], to: [0, 25, 75, 100]),
    // ½ and 1½ are ties, and go to the even number.
    Row(from: [0, 2], to: [0, 0, 2, 2]),
    // Centres ½ and 2½.
    Row(from: [0, 10, 20, 30], to: [5, 25]),
    // Centres −0.2, 0.4, 1, 1.6, 2.2.
    Row(from: [0, 50, 250], to: [0, 20, 50, 170, 250]),
    Row(from: [7], to: [7, 7, 7]),
    Row(from: [255, 255, 255], to: [255, 255, 255, 255, 255, 255, 255]),
  ])
  func rowsAndColumnsAreInterpolatedBetweenPixelCentres(row: Row) {
    let wide = images(1, row.from.count, row.from).resized(to: PixelSize(height: 1, width: row.to.count))
    #expect(wide.pixels == row.to)
    let tall = images(row.from.count, 1, row.from).resized(to: PixelSize(height: row.to.count, width: 1))
    #expect(tall.pixels == row.to)
  }

  @Test func aPlaneIsInterpolatedBothWays() {
    let result = images(2, 2, [0, 100, 200, 40]).resized(to: PixelSize(height: 4, width: 4))
    // Rows 0, 25, 75, 100 and 200, 160, 80, 40, mixed by 0, ¼, ¾, 1: 58.75, 76.25, 126.25, 78.75 are rounded.
    #expect(
      result.pixels == [
        0, 25, 75, 100, 50, 59, 76, 85, 150, 126, 79, 55, 200, 160, 80, 40,
      ])
    #expect(result.size == PixelSize(height: 4, width: 4))
  }

  @Test func everyPlaneOfEveryImageIsResizedByItself() {
    var set = ImageSet(channels: 2, height: 1, width: 2, pixels: [0, 100, 2, 2, 8, 0, 0, 0], labels: [0, 1])
    set = set.resized(to: PixelSize(height: 1, width: 4))
    #expect(set.pixels == [0, 25, 75, 100, 2, 2, 2, 2, 8, 6, 2, 0, 0, 0, 0, 0])
    #expect(set.count == 2 && set.labels == [0, 1])
  }

  @Test func theDatasetsMeanAndDeviationAreThoseOfTheResizedImages() throws {
    let data = try loadDataset(DatasetRequest(name: "shapes", limit: 30, testLimit: 1, size: 9))
    #expect(data.training.size == PixelSize(height: 9, width: 9) && data.test.size == data.training.size)
    let values = data.training.pixels.map { Double($0) / 255 }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    #expect(abs(Double(data.mean[0]) - mean) < 1e-7)
    #expect(abs(Double(data.deviation[0]) - variance.squareRoot()) < 1e-7)
  }

  private func images(_ height: Int, _ width: Int, _ pixels: [UInt8]) -> ImageSet {
    ImageSet(channels: 1, height: height, width: width, pixels: pixels, labels: [0])
  }
}

@Suite struct ChannelStatisticsTests {
  @Test func eachChannelHasItsOwnMomentsOverAllImages() {
    let set = ImageSet(
      channels: 2, height: 1, width: 2, pixels: [0, 255, 51, 51, 255, 0, 51, 102], labels: [0, 1])
    let found = ChannelStatistics(of: set)
    #expect(found.mean[0] == 0.5 && found.deviation[0] == 0.5)
    // 0.2, 0.2, 0.2, 0.4: mean 0.25, deviation √(3·0.05² + 0.15²)/2.
    #expect(abs(found.mean[1] - 0.25) < 1e-7 && abs(found.deviation[1] - 0.086_602_54) < 1e-7)
  }

  @Test func aConstantChannelHasTheDeviationOne() {
    let set = ImageSet(channels: 1, height: 1, width: 2, pixels: [51, 51], labels: [0])
    #expect(ChannelStatistics(of: set).mean == [0.2])
    #expect(ChannelStatistics(of: set).deviation == [1])
  }
}
