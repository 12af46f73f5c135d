import Datasets
import Testing

@Suite struct GatherTests {
  /// Three images of two channels, 4×5, with bytes that are all known by their position.
  let images = ImageSet(
    channels: 2, height: 4, width: 5, pixels: (0..<120).map { UInt8($0 * 2) }, labels: [7, 8, 9])
  let mean: [Float] = [0.25, 0.5]
  let deviation: [Float] = [0.5, 0.125]

  @Test func aBatchIsStandardisedInTheOrderOfItsIndices() {
    let (values, labels) = gathered([2, 0, 2][...])
    #expect(labels == [9, 7, 9])
    #expect(values == [2, 0, 2].flatMap { expected($0, .identity) })
    // The first pixel of image 2 is the byte 160.
    #expect(values[0] == (Float(160) / 255 - 0.25) / 0.5)
  }

  @Test func aSliceOfAnOrderMayStartAnywhere() {
    let order = [0, 1, 2, 1]
    #expect(gathered(order[1..<3]).labels == [8, 9])
    #expect(gathered(order[4...]).labels.isEmpty)
  }

  @Test func augmentedImagesAreMovedAndMirroredWithBlackBeyondTheEdge() {
    for epoch in 0..<40 {
      let augmentation = Augmentation(seed: 5, epoch: epoch)
      let (values, labels) = gathered([0, 2, 1][...], augmentation)
      #expect(values == [0, 2, 1].flatMap { expected($0, augmentation.draw(for: $0)) })
      #expect(labels == [7, 9, 8])
    }
  }

  @Test func anImagesDrawDoesNotDependOnItsBatch() {
    let augmentation = Augmentation(seed: 5, epoch: 1)
    let together = gathered([0, 1, 2][...], augmentation).values
    let apart = [0, 1, 2].flatMap { gathered([$0][...], augmentation).values }
    #expect(together == apart)
  }

  @Test func drawsChangeWithSeedEpochAndImageAndReachEveryOffset() {
    let draws = (0..<2_000).map { Augmentation(seed: 5, epoch: 1).draw(for: $0) }
    #expect(draws == (0..<2_000).map { Augmentation(seed: 5, epoch: 1).draw(for: $0) })
    #expect(draws != (0..<2_000).map { Augmentation(seed: 6, epoch: 1).draw(for: $0) })
    #expect(draws != (0..<2_000).map { Augmentation(seed: 5, epoch: 2).draw(for: $0) })
    // Offsets −2…2 both ways, flipped or not.
    #expect(Set(draws).count == 50)
    #expect(draws.allSatisfy { abs($0.rows) <= 2 && abs($0.columns) <= 2 })
    #expect(abs(draws.count { $0.flipped } - 1_000) < 112)
  }

  /// Against the definition, written with whole images in double precision.
  @Test func coloursChangeByTheDrawnFactorsAndCropsStayTheSame() {
    let set = ImageSet(
      channels: 3, height: 2, width: 3, pixels: (0..<36).map { UInt8($0 * 7) }, labels: [0, 1])
    let (mean, deviation): ([Float], [Float]) = ([0.2, 0.4, 0.5], [0.5, 0.25, 2])
    func gathered(_ augmentation: Augmentation) -> [Double] {
      var values = [Float](repeating: 0, count: 36)
      var labels: [Int32] = [0, 0]
      gather(
        set, indices: [0, 1][...], mean: mean, deviation: deviation, augmentation: augmentation,
        into: &values,
        labels: &labels)
      return values.enumerated().map { index, value in
        let channel = index / 6 % 3
        return Double(value) * Double(deviation[channel]) + Double(mean[channel])
      }
    }
    for epoch in 0..<20 {
      var augmentation = Augmentation(padding: 1, seed: 3, epoch: epoch)
      let plain = gathered(augmentation)
      augmentation.jitter = 0.4
      let found = gathered(augmentation)
      for image in 0..<2 {
        let change = augmentation.colourChange(for: image)
        for (index, value) in changed(Array(plain[image * 18..<image * 18 + 18]), change).enumerated() {
          #expect(abs(found[image * 18 + index] - value) < 1e-5)
        }
        for factor in [change.brightness, change.contrast, change.saturation] {
          #expect(factor >= 0.6 && factor <= 1.4)
        }
      }
    }
  }

  /// Colours [3, 6] after a change, step by step.
  private func changed(_ colours: [Double], _ change: ColourChange) -> [Double] {
    func greys(_ image: [Double]) -> [Double] {
      (0..<6).map { (pixel: Int) -> Double in
        let (red, green, blue): (Double, Double, Double) = (image[pixel], image[6 + pixel], image[12 + pixel])
        return 0.299 * red + 0.587 * green + 0.114 * blue
      }
    }
    let bright: [Double] = colours.map { $0 * Double(change.brightness) }
    let middle: Double = greys(bright).reduce(0, +) / 6
    let contrasted: [Double] = bright.map { middle + ($0 - middle) * Double(change.contrast) }
    let own: [Double] = greys(contrasted)
    return contrasted.enumerated().map { (index: Int, value: Double) -> Double in
      let grey: Double = own[index % 6]
      let saturated: Double = grey + (value - grey) * Double(change.saturation)
      return max(0, min(1, saturated))
    }
  }

  @Test func withoutFlipsOrPaddingAnImageStaysAsItIs() {
    let augmentation = Augmentation(padding: 0, flips: false, seed: 5, epoch: 1)
    #expect((0..<20).allSatisfy { augmentation.draw(for: $0) == .identity })
    #expect(gathered([1][...], augmentation).values == gathered([1][...]).values)
  }

  /// With several means a grey image becomes as many channels, each with its own mean and deviation, also where
  /// augmentation brings in black.
  @Test func aGreyImageBecomesAsManyChannelsAsThereAreMeans() {
    let grey = ImageSet(channels: 1, height: 2, width: 3, pixels: [0, 51, 102, 153, 204, 255], labels: [4])
    let (mean, deviation): ([Float], [Float]) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    for augmentation in [nil, Augmentation(padding: 2, flips: true, seed: 1, epoch: 2)] {
      var output = [Float](repeating: .nan, count: 18)
      var labels: [Int32] = [0]
      gather(
        grey, indices: [0][...], mean: mean, deviation: deviation, augmentation: augmentation, into: &output,
        labels: &labels)
      let draw = augmentation?.draw(for: 0) ?? .identity
      for channel in 0..<3 {
        for (place, value) in output[6 * channel..<6 * channel + 6].enumerated() {
          let column = draw.flipped ? 2 - place % 3 : place % 3
          let (y, x) = (place / 3 + draw.rows, column + draw.columns)
          let byte = (0..<2).contains(y) && (0..<3).contains(x) ? grey.pixels[3 * y + x] : 0
          #expect(value == (Float(byte) / 255 - mean[channel]) / deviation[channel])
        }
      }
    }
  }

  private func gathered(
    _ indices: ArraySlice<Int>, _ augmentation: Augmentation? = nil
  ) -> (values: [Float], labels: [Int32]) {
    var values = [Float](repeating: .nan, count: max(1, indices.count * 40))
    var labels = [Int32](repeating: -1, count: max(1, indices.count))
    values.withUnsafeMutableBufferPointer { values in
      labels.withUnsafeMutableBufferPointer { labels in
        guard let values = values.baseAddress, let labels = labels.baseAddress else { return }
        gather(
          images, indices: indices, mean: mean, deviation: deviation, augmentation: augmentation,
          into: values,
          labels: labels)
      }
    }
    return (Array(values.prefix(indices.count * 40)), Array(labels.prefix(indices.count)))
  }

  /// Pixel by pixel from the definition of a draw.
  private func expected(_ image: Int, _ draw: Augmentation.Draw) -> [Float] {
    var values: [Float] = []
    for channel in 0..<2 {
      for row in 0..<4 {
        for column in 0..<5 {
          let y = row + draw.rows
          let x = (draw.flipped ? 4 - column : column) + draw.columns
          let inside = (0..<4).contains(y) && (0..<5).contains(x)
          let byte = inside ? images.pixels[((image * 2 + channel) * 4 + y) * 5 + x] : 0
          values.append((Float(byte) / 255 - mean[channel]) / deviation[channel])
        }
      }
    }
    return values
  }
}
