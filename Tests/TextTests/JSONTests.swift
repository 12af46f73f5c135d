import Testing
import Text

@Suite struct JSONTests {
  @Test func theBytesAreThoseOfPythonsEncoder() throws {
    let text = #"{"z":[],"a":{"é":1,"b":{},"B":[1,-2,true,null]},"s":"q\"b\\n\n\t\b\u0001/\ud83d\ude00"}"#
    // json.dumps(v, indent=1, sort_keys=True, separators=(",", ": "), ensure_ascii=False) of Python 3.
    let expected = """
      {
       "a": {
        "B": [
         1,
         -2,
         true,
         null
        ],
        "b": {},
        "é": 1
       },
       "s": "q\\"b\\\\n\\n\\t\\b\\u0001/😀",
       "z": []
      }

      """
    #expect(try JSONParser.parse(text).notebookText == expected)
  }

  @Test(arguments: ["1.0", "1e5", "-0", "2.50", "123456789012345678901234567890", "NaN", "-Infinity"])
  func aNumberKeepsItsSpelling(_ spelling: String) throws {
    #expect(try JSONParser.parse("[\(spelling)]").line == "[\(spelling)]")
  }

  @Test(arguments: [
    (0.9012, "0.9012"), (44_776_488, "44776488"), (-3, "-3"), (1e-7, "1e-07"),
    (0.1 + 0.2, "0.30000000000000004"),
    (.nan, "null"), (.infinity, "null"), (-.infinity, "null"),
  ])
  func aDoubleIsWrittenSoThatItComesBack(_ value: Double, _ expected: String) {
    #expect(JSONValue.double(value).line == expected)
  }

  @Test func aLineOfJSONHasNoLineEndOfAnyKind() {
    let value = JSONValue.object(["b": .string("a\nb\u{2028}c\u{85}"), "a": .null])
    #expect(value.line == #"{"b":"a\nb\u2028c\u0085","a":null}"#)
  }

  @Test(arguments: [
    ("{", JSONError.Reason.unexpectedEnd, 1, 2),
    ("[1,\n 2,]", .unexpected("]"), 2, 4),
    ("{\"a\" 1}", .unexpected("1"), 1, 6),
    ("[01]", .badNumber, 1, 2),
    ("[1.]", .badNumber, 1, 2),
    ("\"a\\x\"", .badEscape, 1, 3),
    ("\"\\ud800x\"", .loneSurrogate, 1, 2),
    ("\"a\tb\"", .controlCharacter, 1, 3),
    ("1 2", .textAfterValue, 1, 3),
    ("", .unexpectedEnd, 1, 1),
    ("tru", .unexpectedEnd, 1, 4),
  ])
  func whatIsNoJSONIsToldWithItsPlace(_ text: String, _ reason: JSONError.Reason, _ line: Int, _ column: Int)
  {
    #expect(throws: JSONError(reason: reason, line: line, column: column)) { try JSONParser.parse(text) }
  }

  @Test func deepNestingIsAnErrorAndNoCrash() {
    let text = String(repeating: "[", count: 100_000)
    #expect(throws: JSONError(reason: .tooDeep, line: 1, column: 257)) { try JSONParser.parse(text) }
  }

  @Test func ofAKeyThatComesTwiceTheLastValueCounts() throws {
    #expect(try JSONParser.parse(#"{"a":1,"b":2,"a":3}"#).line == #"{"a":3,"b":2}"#)
  }

  @Test func keysThatDifferInTheirBytesAreTwoKeys() throws {
    let text = "{\"\u{E9}\":1,\"e\u{301}\":2}"
    #expect(try JSONParser.parse(text).line.utf8.elementsEqual(text.utf8))
  }
}
