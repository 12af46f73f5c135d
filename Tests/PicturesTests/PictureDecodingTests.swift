import Pictures
import Testing

@Suite struct PictureDecodingTests {
  @Test(arguments: PictureFixture.all)
  func everyKindOfFileIsDecodedAsPillowDoes(fixture: PictureFixture) throws {
    let colour = try #require(
      try fixture.expected(".ppm").distance(from: fixture.decoded(PictureForm())))
    let grey = try #require(
      try fixture.expected(".pgm").distance(from: fixture.decoded(PictureForm(isGrey: true))))
    // PNG has no room for another opinion, but for how 16 bits become 8.
    let most = fixture.name.hasSuffix(".png") && fixture.name != "sixteen-bit.png" ? 0 : 2
    #expect(colour <= most && grey <= most, "colour \(colour), grey \(grey)")
  }

  @Test(arguments: PictureFixture.all)
  func croppingAndStretchingAreThoseOfTorchvisionAndPillow(fixture: PictureFixture) throws {
    let crop = try #require(
      try fixture.expected("-crop.ppm").distance(from: fixture.decoded(PictureForm(side: 9))))
    let stretch = try #require(
      try fixture.expected("-stretch.ppm").distance(
        from: fixture.decoded(PictureForm(side: 31, fit: .stretch))))
    // A JPEG decoder that reduces by two averages in another place than a filter does.
    let most = fixture.name.hasSuffix(".png") ? 2 : 16
    #expect(crop <= most && stretch <= 2, "crop \(crop), stretch \(stretch)")
  }

  @Test func theSizeIsThatWhichIsSeen() throws {
    for (name, isTurned) in [("orientation-1.jpg", false), ("orientation-6.jpg", true), ("turned.png", true)]
    {
      let size = try PictureFixture(name).bytes.withUnsafeBytes { try pictureSize($0) }
      #expect(size == (isTurned ? (22, 37) : (37, 22)), "\(name)")
    }
  }

  @Test func aWrittenPNGIsReadBack() throws {
    let pixels = (0..<5 * 7 * 3).map { UInt8(truncatingIfNeeded: $0 * 37) }
    let file = try encodedPNG(pixels, width: 7, height: 5)
    let picture = try file.withUnsafeBytes { try decodedPicture($0, as: PictureForm()) }
    #expect(picture.width == 7 && picture.height == 5 && picture.channels == 3)
    for index in pixels.indices {
      #expect(picture.pixels[index % 3 * 35 + index / 3] == pixels[index])
    }
    #expect(throws: PictureError.self) { try encodedPNG(pixels, width: 7, height: 6) }
    #expect(throws: PictureError.self) { try encodedPNG([], width: 0, height: 0) }
  }

  /// An axis that does not change is taken as it is; one that does keeps the mean of an even picture.
  @Test(arguments: [4, 22, 31, 37, 40, 512])
  func anEvenPictureStaysEven(side: Int) throws {
    let file = try encodedPNG([UInt8](repeating: 201, count: 22 * 37 * 3), width: 37, height: 22)
    for fit in [PictureForm.Fit.crop, .stretch] {
      let picture = try file.withUnsafeBytes { try decodedPicture($0, as: PictureForm(side: side, fit: fit)) }
      #expect(picture.pixels == [UInt8](repeating: 201, count: 3 * side * side))
    }
  }
}
