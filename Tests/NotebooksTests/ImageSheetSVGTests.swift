import Foundation
import FoundationXML
import Interpreter
import Notebooks
import Pictures
import Testing

/// A sheet of images as SVG, read by Foundation's parser: its pictures hold the pixels, its words who is who.
@Suite struct ImageSheetSVGTests {
  private final class Reading: NSObject, XMLParserDelegate {
    var images: [[String: String]] = []
    var frames: [String] = []
    var texts: [String] = []
    private var text: String?

    init?(_ xml: String) {
      super.init()
      let parser = XMLParser(data: Data(xml.utf8))
      parser.delegate = self
      guard parser.parse() else { return nil }
    }

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      if name == "image" { images.append(attributes) }
      if name == "rect" { frames.append(attributes["stroke"] ?? "") }
      text = name == "text" ? "" : nil
    }

    func parser(_ parser: XMLParser, foundCharacters characters: String) { text? += characters }

    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
      if name == "text", let text { texts.append(text) }
      text = nil
    }
  }

  private let sheet = ImageSheet(
    title: "answers & <more>", width: 3, height: 2,
    items: (0..<11).map { index in
      .init(
        number: index + 1, label: "cat & \"mouse\"",
        choice: index.isMultiple(of: 2) ? "cat & \"mouse\"" : "dog",
        otherChoice: index == 1 ? "fish" : nil, pixels: (0..<18).map { UInt8(10 * index + $0) })
    })

  @Test func everyImageIsThereWithItsPixelsAndItsNames() throws {
    let xml = try #require(Output.images(sheet).svg)
    let reading = try #require(Reading(xml))
    #expect(reading.images.count == 11)
    for (image, item) in zip(reading.images, sheet.items) {
      let reference = try #require(image["href"])
      let head = "data:image/png;base64,"
      try #require(reference.hasPrefix(head))
      let file = try #require(Data(base64Encoded: String(reference.dropFirst(head.count))))
      let picture = try Array(file).withUnsafeBytes { try decodedPicture($0, as: PictureForm()) }
      #expect((picture.width, picture.height) == (3, 2))
      let plane = 6
      #expect((0..<18).map { picture.pixels[$0 % 3 * plane + $0 / 3] } == item.pixels)
      let bottom = (Double(image["y"] ?? "") ?? .nan) + (Double(image["height"] ?? "") ?? .nan)
      #expect(bottom > 0 && (Double(image["x"] ?? "") ?? .nan) < 640)
    }
    #expect(reading.texts.first == "answers & <more>")
    #expect(reading.texts.count { $0 == "→ dog" } == 5 && reading.texts.contains("other: fish"))
    #expect(reading.texts.count { $0.hasPrefix("cat & ") } == 11)
    // Right ones and wrong ones have frames of two colours.
    #expect(Set(reading.frames).count == 2 && reading.frames.count == 11)
    #expect(Output.images(sheet).svg == xml)
  }

  @Test func itRefersToNothingOutside() throws {
    let xml = try #require(Output.images(sheet).svg)
    #expect(xml.components(separatedBy: "http").count == 2, "the name of SVG itself")
    #expect(!xml.contains("<script") && !xml.contains(" id="))
  }

  @Test func aSheetThatSaysOtherThanItHoldsHasNoPicture() {
    var broken = sheet
    broken.items[3].pixels.removeLast()
    #expect(Output.images(broken).svg == nil)
    broken.items = []
    #expect(Output.images(broken).svg == nil)
  }
}
