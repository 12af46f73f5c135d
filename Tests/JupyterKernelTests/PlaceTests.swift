import Foundation
import JupyterKernel
import Testing

@Suite struct PlaceTests {
  @Test(arguments: [
    ("", 0, 0), ("abc", 2, 2), ("é漢🚀x", 0, 0), ("é漢🚀x", 1, 2), ("é漢🚀x", 2, 5), ("é漢🚀x", 3, 9),
    ("é漢🚀x", 4, 10),
    ("e\u{301}", 1, 1), ("a", 9, 1), ("a", -3, 0),
  ])
  func placesCountScalarsOutsideAndBytesInside(_ text: String, _ scalar: Int, _ byte: Int) {
    let places = ScalarPlaces(text)
    #expect(places.byte(ofScalar: scalar) == byte)
    #expect(places.scalar(ofByte: byte) == min(max(scalar, 0), text.unicodeScalars.count))
  }

  /// As Python's `fnmatch.fnmatchcase` has it.
  @Test(arguments: [
    ("*", "", true), ("print*", "print \"a\"", true), ("?", "é", true), ("a?c", "abc", true),
    ("a?c", "ac", false), ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false), ("[!a-c]x", "zx", true),
    ("*epochs 2*", "train x epochs 2 lr 1", true), ("a*b*c", "aXbYcZ", false), ("a*b*c", "aXbYcZc", true),
    ("[", "[", true), ("[]]", "]", true), ("*a*a*a*b", String(repeating: "a", count: 30), false),
    ("", "", true),
  ])
  func aPatternMatchesAsInAShell(_ pattern: String, _ text: String, _ matches: Bool) {
    #expect(GlobPattern(pattern).matches(text) == matches)
  }

  @Test(
    arguments: [
      ([], 0), ([0x61], 1), ([0xC3], 0), ([0xC3, 0xA9], 2), ([0x61, 0xE6, 0xBC], 1), ([0xE6, 0xBC, 0xA2], 3),
      ([0xF0, 0x9F, 0x9A], 0), ([0xF0, 0x9F, 0x9A, 0x80], 4), ([0x80], 1), ([0x80, 0x80, 0x80, 0x80], 4),
      ([0xFF], 0),
    ] as [([UInt8], Int)])
  func aCharacterIsDeliveredWhole(_ bytes: [UInt8], _ length: Int) {
    #expect(lengthOfWholeCharacters(bytes) == length)
  }

  @Test func theSessionLiesBesideTheNotebook() {
    let place = { (chosen: String?, name: String?) in
      SessionPlace(
        chosen: chosen, environment: { $0 == "JPY_SESSION_NAME" ? name : nil }, workingFolder: "/work here")
    }
    #expect(place(nil, nil).folder == "/work here/.qatlab")
    #expect(place(nil, "/tmp/a.ipynb").folder == "/tmp/.qatlab")
    #expect(place(nil, "/no such folder/a.ipynb").folder == "/work here/.qatlab")
    #expect(place(nil, "/tmp/console-1").folder == "/work here/.qatlab")
    #expect(place("own", "/tmp/a.ipynb").folder == "/work here/own")
    #expect(place(nil, "/tmp/a.ipynb").isNamed && !place(nil, nil).isNamed)
  }
}
