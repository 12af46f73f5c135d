import Foundation
import Testing
import Text

/// Changes of a JSON text that leave all else byte for byte.
@Suite struct JSONPatchTests {
  private static let value = JSONValue.object([
    "a": .number("1"), "b": .array([.string("ü/\"\n"), .null, .object([:])]),
    "c": .object(["d": .bool(true), "e": .string("x")]),
  ])

  /// Layouts of Python's json, JavaScript's and of files with other line ends.
  static let layouts = [
    "{\n \"a\": 1,\n \"b\": [\n  \"ü/\\\"\\n\",\n  null,\n  {}\n ],\n \"c\": {\n  \"d\": true,\n  \"e\": \"x\"\n }\n}\n",
    "{\r\n\t\"c\": {\r\n\t\t\"e\": \"x\",\r\n\t\t\"d\": true\r\n\t},\r\n\t\"a\": 1,\r\n\t\"b\": [\r\n\t\t\"\\u00fc/\\\"\\n\",\r\n\t\tnull,\r\n\t\t{}\r\n\t]\r\n}",
    "{\"a\": 1, \"b\": [\"\\u00FC\\/\\\"\\n\", null, {}], \"c\": {\"d\": true, \"e\": \"x\"}}",
    "{\"a\":1,\"b\":[\"ü/\\\"\\n\",null,{}],\"c\":{\"d\":true,\"e\":\"x\"}}\n\n",
    "\u{FEFF}  {  \"a\" :1 , \"a\": 1, \"b\": [ \"ü/\\\"\\n\" ,null,{ }],\"c\":{\"d\":true,\"e\":\"x\"} }",
  ]

  @Test(arguments: layouts) func whatIsTheSameStays(text: String) throws {
    let old = try JSONParser.parse(text)
    #expect(old.sorted == Self.value.sorted)
    let bytes = Array(text.utf8)
    #expect(try patchedJSON(bytes, from: old, to: old) == bytes)
  }

  /// One value in turn is changed: the bytes before and behind it stay.
  @Test(arguments: layouts) func oneValueGivesWayAndNothingElse(text: String) throws {
    let old = try JSONParser.parse(text)
    guard case .object(var object) = old else { return }
    object["a"] = .string("é")
    let patched = String(
      decoding: try patchedJSON(Array(text.utf8), from: old, to: .object(object)), as: UTF8.self)
    #expect(try JSONParser.parse(patched) == .object(object))
    let place = try #require(text.ranges(of: "1").last { _ in true })
    let first = text.hasPrefix("\u{FEFF}") ? place : try #require(text.firstRange(of: "1"))
    #expect(patched.hasPrefix(text[..<first.lowerBound]))
    #expect(patched.hasSuffix(text[first.upperBound...]))
  }

  /// What is written anew is laid out as the text: it is what the text's own writer gives.
  @Test func newValuesHaveTheTextsLayout() throws {
    let new = JSONValue.object([
      "a": .number("1"), "b": .array([.string("ü/\"\n"), .null, .object([:])]),
      "c": .object(["d": .bool(true), "e": .string("x"), "f": .array([.string("é")])]),
    ])
    let endings = [
      " \"c\": {\n  \"d\": true,\n  \"e\": \"x\",\n  \"f\": [\n   \"é\"\n  ]\n }\n}\n",
      "{\r\n\t\"c\": {\r\n\t\t\"e\": \"x\",\r\n\t\t\"d\": true,\r\n\t\t\"f\": [\r\n\t\t\t\"\\u00e9\"\r\n\t\t]\r\n\t},",
      "\"c\": {\"d\": true, \"e\": \"x\", \"f\": [\"\\u00E9\"]}}",
      "\"c\":{\"d\":true,\"e\":\"x\",\"f\":[\"é\"]}}\n\n",
    ]
    for (text, part) in zip(Self.layouts, endings) {
      let old = try JSONParser.parse(text)
      guard case .object(var object) = old, case .object(var inner)? = object["c"] else { continue }
      inner["f"] = new.object?["c"]?.object?["f"]
      object["c"] = .object(inner)
      let bytes = try patchedJSON(Array(text.utf8), from: old, to: .object(object))
      #expect(String(decoding: bytes, as: UTF8.self).contains(part), "\(text)")
    }
  }

  /// Random values in random layouts: a patch gives the new value, and patching back the old bytes where all keys stay.
  @Test func randomChangesReadBackAsWhatTheyAre() throws {
    var random = Seeded(state: 11)
    for _ in 0..<300 {
      let (old, new) = (random.value(depth: 0), random.value(depth: 0))
      let text = old.notebookText
      let there = try patchedJSON(Array(text.utf8), from: old, to: new)
      #expect(try JSONParser.parse(String(decoding: there, as: UTF8.self)).sorted == new.sorted)
      let back = try patchedJSON(there, from: new, to: old)
      #expect(try JSONParser.parse(String(decoding: back, as: UTF8.self)).sorted == old.sorted)
    }
  }
}

extension JSONValue {
  fileprivate var sorted: String { notebookText }
}

/// SplitMix64.
private struct Seeded {
  var state: UInt64

  mutating func next(_ limit: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % UInt64(limit))
  }

  mutating func value(depth: Int) -> JSONValue {
    switch depth > 3 ? next(4) : next(7) {
    case 0: return .null
    case 1: return .bool(next(2) == 0)
    case 2: return .integer(next(100))
    case 3: return .string(["", "a\"b", "ü\n", "/\\", "\u{1}\u{7F}"][next(5)])
    case 4: return .array((0..<next(4)).map { _ in value(depth: depth + 1) })
    default:
      var object = JSONObject()
      for _ in 0..<next(4) { object[["a", "b", "c", "é"][next(4)]] = value(depth: depth + 1) }
      return .object(object)
    }
  }
}
