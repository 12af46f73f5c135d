import Foundation
import Interpreter
import Language
import Terminal
import Testing

/// Images in the terminal's own pixels: what is sent is read back by the protocols' rules.
@Suite struct PixelGraphicsTests {
  struct Case: Sendable {
    var environment: [String: String]
    var answer = ""
    var found: PixelGraphics
  }

  @Test(arguments: [
    Case(environment: ["TERM": "xterm-kitty"], found: .kitty),
    Case(environment: ["TERM": "xterm-256color", "TERM_PROGRAM": "ghostty"], found: .kitty),
    // Inside a multiplexer its own answer counts.
    Case(
      environment: ["TERM": "xterm-kitty", "TMUX": "/tmp/t,1,0"], answer: "\u{1B}[?1;2c", found: .blocks),
    Case(
      environment: ["TERM": "xterm"], answer: "\u{1B}[6;18;9t\u{1B}[?62;4;22c",
      found: .sixel(cellWidth: 9, cellHeight: 18)),
    Case(environment: ["TERM": "xterm"], answer: "\u{1B}[?62;22c", found: .blocks),
    // The first number is the kind of terminal: a VT400 without sixels.
    Case(environment: ["TERM": "xterm"], answer: "\u{1B}[?4;22c", found: .blocks),
    Case(environment: ["TERM": "xterm"], answer: "\u{1B}[?62;4", found: .blocks),
    Case(environment: ["TERM": "xterm"], found: .blocks),
    Case(environment: ["QATLAB_IMAGES": "blocks", "TERM": "xterm-kitty"], found: .blocks),
    Case(environment: ["QATLAB_IMAGES": "kitty"], found: .kitty),
  ])
  func whatATerminalHasIsKnownByNameOrAnswer(_ terminal: Case) {
    let found = PixelGraphics.found(environment: { terminal.environment[$0] }) { _, _ in terminal.answer }
    #expect(found == terminal.found)
  }

  private func sheet(_ pixels: [[UInt8]], width: Int, height: Int) -> ImageSheet {
    ImageSheet(
      title: "t", width: width, height: height,
      items: pixels.enumerated().map {
        .init(number: $0.offset + 1, label: "cat", choice: "dog", pixels: $0.element)
      })
  }

  private func lines(_ sheet: ImageSheet, _ graphics: PixelGraphics) -> [String] {
    var style = Style(colour: true, unicode: true)
    style.graphics = graphics
    return OutputPainter(style: style, width: 80).lines(.images(sheet), source: SourceFile(""))
  }

  /// The rows that are scrolled free before a band are those that the cursor goes up and down again.
  private func band(_ lines: [String]) throws -> (rows: Int, drawn: String) {
    let place = try #require(
      lines.firstIndex { $0.hasPrefix("\u{1B}[") && $0.contains("A") && $0.count > 20 })
    let rows = try #require(Int(lines[place].dropFirst(2).prefix { $0.isNumber }))
    #expect(lines[(place - rows)..<place].allSatisfy { $0.isEmpty })
    let start = "\u{1B}[\(rows)A"
    let end = try #require(lines[place].range(of: "\u{1B}[\(rows)B"))
    #expect(lines[place].hasPrefix(start) && lines[place][end.upperBound...].hasPrefix("cat"))
    return (rows, String(lines[place][..<end.lowerBound].dropFirst(start.count)))
  }

  @Test func kittyGetsEveryPixelInPieces() throws {
    let one: [UInt8] = (0..<48).map { UInt8(5 * $0) }
    let (rows, drawn) = try band(lines(sheet([one, one.reversed()], width: 4, height: 4), .kitty))
    let pieces = drawn.components(separatedBy: "\u{1B}\\").dropLast()
    var keys: [String: String] = [:]
    var text = ""
    for (index, piece) in pieces.enumerated() {
      let parts = piece.split(separator: ";", maxSplits: 1)
      try #require(parts.count == 2 && parts[0].hasPrefix("\u{1B}_G") && parts[1].count <= 4096)
      #expect(parts[0].hasSuffix(index == pieces.count - 1 ? "m=0" : "m=1"))
      for key in parts[0].dropFirst(3).split(separator: ",") where index == 0 {
        keys[String(key.prefix(1))] = String(key.dropFirst(2))
      }
      text += parts[1]
    }
    #expect(keys["a"] == "T" && keys["f"] == "32" && keys["C"] == "1" && keys["r"] == "\(rows)")
    let data = try #require(Data(base64Encoded: text))
    let (width, height) = (Int(keys["s"] ?? "") ?? 0, Int(keys["v"] ?? "") ?? 0)
    try #require(data.count == 4 * width * height)
    func pixel(_ x: Int, _ y: Int) -> [UInt8] { Array(data[4 * (y * width + x)..<4 * (y * width + x) + 4]) }
    // 14 characters a tile of 10 pixels, and two characters between.
    #expect(
      width == 300 && pixel(0, 0) == one[0..<3] + [255] && pixel(139, height - 1) == one[45..<48] + [255])
    #expect(pixel(145, 3)[3] == 0)
    #expect(pixel(160, 0) == Array(one.reversed()[0..<3]) + [255])
  }

  /// Reads a sixel sequence as DEC's manual says; −1 where nothing is drawn.
  private func decoded(_ text: String) throws -> (width: Int, height: Int, pixels: [Int]) {
    let start = try #require(text.range(of: "q\"")), end = try #require(text.range(of: "\u{1B}\\"))
    var rest = text[start.upperBound..<end.lowerBound]
    func number() -> Int {
      let digits = rest.prefix { $0.isNumber }
      rest = rest.dropFirst(digits.count)
      return Int(digits) ?? -1
    }
    func numbers() -> [Int] {
      var found = [number()]
      while rest.first == ";" {
        rest = rest.dropFirst()
        found.append(number())
      }
      return found
    }
    let raster = numbers()
    try #require(raster.count == 4)
    let (width, height) = (raster[2], raster[3])
    var pixels = [Int](repeating: -1, count: width * height)
    var palette: [Int: Int] = [:]
    var (x, top, colour) = (0, 0, 0)
    while let sign = rest.popFirst() {
      var count = 1
      var drawn: Character? = sign
      switch sign {
      case "#":
        let found = numbers()
        colour = found[0]
        if found.count == 5 { palette[colour] = found[2] << 16 | found[3] << 8 | found[4] }
        drawn = nil
      case "$": (x, drawn) = (0, nil)
      case "-": (x, top, drawn) = (0, top + 6, nil)
      case "!":
        count = number()
        drawn = rest.popFirst()
      default: break
      }
      guard let drawn, let value = drawn.asciiValue else { continue }
      for column in x..<x + count {
        for bit in 0..<6 where (value - 63) >> bit & 1 == 1 {
          try #require(column < width && top + bit < height)
          pixels[(top + bit) * width + column] = try #require(palette[colour])
        }
      }
      x += count
    }
    return (width, height, pixels)
  }

  @Test func sixelsAreTheImagesOwnColoursWhereTheyAreFew() throws {
    let one: [UInt8] = (0..<48).map { UInt8(5 * $0) }
    let graphics = PixelGraphics.sixel(cellWidth: 7, cellHeight: 15)
    let (rows, drawn) = try band(lines(sheet([one, one], width: 4, height: 4), graphics))
    let picture = try decoded(drawn)
    #expect(picture.width == 30 * 7 && picture.height == rows * 15)
    let tile = 14 * 7
    func share(_ value: UInt8) -> Int { (Int(value) * 100 + 127) / 255 }
    for y in 0..<picture.height {
      for x in 0..<picture.width {
        let found = picture.pixels[y * picture.width + x]
        let column = x < tile ? x : x - 16 * 7
        guard (0..<tile).contains(column), x < tile || x >= 16 * 7 else {
          #expect(found == -1)
          continue
        }
        let place = 3 * (y * 4 / picture.height * 4 + column * 4 / tile)
        #expect(found == share(one[place]) << 16 | share(one[place + 1]) << 8 | share(one[place + 2]))
      }
    }
  }

  @Test func manyColoursBecomeFewWhoseMeanIsTheirs() throws {
    var state: UInt64 = 7
    let side = 24
    let one = (0..<3 * side * side).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1
      return UInt8(100 + (state >> 33) % 60)
    }
    let picture = try decoded(
      try band(lines(sheet([one], width: side, height: side), .sixel(cellWidth: 8, cellHeight: 16))).drawn)
    #expect(Set(picture.pixels).count <= 216 && !picture.pixels.contains(-1))
    let mean = picture.pixels.reduce(0.0) { $0 + Double($1 >> 16) } / Double(picture.pixels.count) * 2.55
    let own = stride(from: 0, to: one.count, by: 3).reduce(0.0) { $0 + Double(one[$1]) } / Double(side * side)
    #expect(abs(mean - own) < 3)
  }
}
