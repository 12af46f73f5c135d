import Foundation
import Interpreter
import Notebooks
import Pictures
import Testing
import Text

@Suite struct ImageSheetPNGTests {
  private func sheet(_ count: Int, pixels: Int = 12) -> ImageSheet {
    ImageSheet(
      title: "t", width: 2, height: 2,
      items: (0..<count).map { index in
        .init(
          number: index + 1, label: "a", choice: index == 0 ? "a" : "b",
          pixels: [UInt8](repeating: UInt8(20 * index), count: pixels))
      })
  }

  @Test func aSheetIsAPictureAndItsNamesAreTyped() throws {
    let bundle = try #require(Output.images(sheet(9)).mimeBundle(plainText: "x"))
    let text = try #require(bundle["image/png"]?.string)
    let file = try #require(Data(base64Encoded: text))
    let picture = try Array(file).withUnsafeBytes { try decodedPicture($0, as: PictureForm()) }
    // Eight in a row, each enlarged to 64 pixels, with frame and gap.
    #expect(picture.width == 8 * 74 && picture.height == 2 * 74)
    // The middle of the second image, and the red of its frame.
    #expect(picture.pixels[37 * picture.width + 74 + 37] == 20)
    #expect(picture.pixels[37 * picture.width + 74] == 210)
    let data = try #require(bundle["application/vnd.qatlab.v1+json"]?.object)
    #expect(data["items"]?.array?.count == 9)
    #expect(data["items"]?.array?.last?.object?["chosen"]?.string == "b")
  }

  @Test func aSheetThatSaysOtherThanItHoldsHasNoPicture() throws {
    for broken in [sheet(0), sheet(2, pixels: 5)] {
      let bundle = try #require(Output.images(broken).mimeBundle(plainText: "x"))
      #expect(bundle["image/png"] == nil)
    }
  }
}
