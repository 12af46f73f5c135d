import Foundation
import GraphIR
import Pictures
import Testing

@Suite struct HostilePictureTests {
  @Test func whatIsNoPictureIsToldApart() {
    expect([], .empty)
    expect(Array("GIF89a".utf8), .unknownFormat)
    expect([0xff], .unknownFormat)
    expect(Array("<html>".utf8), .unknownFormat)
  }

  @Test(arguments: PictureFixture.all)
  func everyTruncationIsRefused(fixture: PictureFixture) throws {
    let whole = try fixture.bytes
    // The last two bytes of a JPEG file mark its end; PNG's last chunk is checked too.
    let enough = fixture.name.hasSuffix(".jpg") ? whole.count - 2 : whole.count
    for count in stride(from: 0, to: enough, by: 3) {
      #expect(throws: PictureError.self, "\(count) of \(whole.count) bytes") {
        try decode(Array(whole[..<count]))
      }
    }
  }

  /// A PNG file whose header promises more than its few bytes could hold.
  @Test(arguments: [(100_000, 100_000), (2_000_000_000, 2_000_000_000), (1, 2_000_000_000), (64_001, 1_000)])
  func aBombIsRefusedByItsHeader(width: Int, height: Int) throws {
    var file = try encodedPNG([0, 0, 0], width: 1, height: 1)
    file.replaceSubrange(16..<24, with: bigEndian(UInt32(width)) + bigEndian(UInt32(height)))
    file.replaceSubrange(29..<33, with: bigEndian(crc32(file[12..<29])))
    expect(file, .tooLarge(width: width, height: height, most: 64_000_000))
  }

  @Test func aJPEGBombIsRefusedByItsHeader() throws {
    var file = try PictureFixture("baseline.jpg").bytes
    let frame = try #require(
      file.indices.dropLast(9).first { file[$0] == 0xff && file[$0 + 1] == 0xc0 })
    file.replaceSubrange(frame + 5..<frame + 9, with: [0xff, 0x00, 0xff, 0x00])
    expect(file, .tooLarge(width: 65_280, height: 65_280, most: 64_000_000))
  }

  /// Files with a few bytes changed, removed, repeated or taken from another file end in a picture or an error.
  ///
  /// `QATLAB_MUTATIONS` sets how many of each file are tried.
  @Test(arguments: PictureFixture.all)
  func mutatedFilesNeverTrap(fixture: PictureFixture) throws {
    let count = ProcessInfo.processInfo.environment["QATLAB_MUTATIONS"].flatMap { Int($0) } ?? 400
    let whole = try fixture.bytes
    let other = try PictureFixture("palette.png").bytes
    var generator = SeededGenerator(seed: 1, purpose: fixture.name)
    let forms = [
      PictureForm(side: 9), PictureForm(), PictureForm(side: 40, fit: .stretch, isGrey: true),
    ]
    for round in 0..<count {
      let mutant = mutated(whole, other, &generator)
      let form = forms[round % forms.count]
      do {
        let picture = try mutant.withUnsafeBytes { try decodedPicture($0, as: form) }
        #expect(picture.pixels.count == picture.channels * picture.width * picture.height)
      } catch let error as PictureError {
        #expect(!error.reason.isEmpty)
      }
    }
  }

  private func mutated(
    _ whole: [UInt8], _ other: [UInt8], _ generator: inout SeededGenerator
  ) -> [UInt8] {
    var bytes = whole
    for _ in 0...generator.next(below: 4) where bytes.count > 8 {
      let place = generator.next(below: bytes.count)
      let length = min(1 + generator.next(below: 8), bytes.count - place)
      switch generator.next(below: 6) {
      case 0: bytes[place] ^= UInt8(1) << UInt8(generator.next(below: 8))
      case 1: bytes[place] = UInt8(generator.next(below: 256))
      case 2: bytes.removeSubrange(place..<place + length)
      case 3: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
      case 4: bytes.replaceSubrange(place..<place + length, with: [UInt8](repeating: 0xff, count: length))
      default:
        let start = generator.next(below: other.count)
        bytes.insert(contentsOf: other[start..<min(other.count, start + length)], at: place)
      }
    }
    return repaired(bytes, &generator)
  }

  /// Half of the PNG files get right checksums again, so that what lies behind them is reached.
  private func repaired(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    guard bytes.starts(with: [0x89, 0x50]), generator.next(below: 2) == 0 else { return bytes }
    var place = 8
    while place + 12 <= bytes.count {
      let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      let end = place + 8 + length
      guard end + 4 <= bytes.count else { break }
      bytes.replaceSubrange(end..<end + 4, with: bigEndian(crc32(bytes[place + 4..<end])))
      place = end + 4
    }
    return bytes
  }

  private func decode(_ bytes: [UInt8]) throws {
    _ = try bytes.withUnsafeBytes { try decodedPicture($0, as: PictureForm()) }
  }

  private func expect(_ bytes: [UInt8], _ error: PictureError) {
    #expect(throws: error) { try decode(bytes) }
  }
}

/// CRC-32 of PNG's chunks (ISO 3309), written from its polynomial.
private func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
  var crc: UInt32 = 0xffff_ffff
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
  }
  return ~crc
}

private func bigEndian(_ value: UInt32) -> [UInt8] {
  [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
}
