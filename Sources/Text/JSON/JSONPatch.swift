/// The bytes of a JSON text in which one value took the place of another, laid out as the text is.
///
/// `old` is what the text holds. Whatever is the same in both stays byte for byte: of objects with the same keys and of
/// arrays of the same length only the members that differ are written anew, of others the whole. Throws where the text
/// isn't JSON.
package func patchedJSON(
  _ bytes: [UInt8], from old: JSONValue, to new: JSONValue
) throws(JSONError) -> [UInt8] {
  guard old != new else { return bytes }
  let result = bytes.withUnsafeBytes { buffer -> Result<[UInt8], JSONError> in
    do throws(JSONFault) {
      let place = try JSONPlace(of: buffer)
      var patch = JSONPatch(style: JSONStyle(of: buffer, place))
      patch.compare(place, old, new, depth: 0)
      return .success(patch.applied(to: bytes))
    } catch {
      return .failure(JSONError(error, in: buffer.bindMemory(to: UInt8.self)))
    }
  }
  return try result.get()
}

private struct JSONPatch {
  let style: JSONStyle
  /// In the order of the text.
  private var edits: [(range: Range<Int>, text: String)] = []

  init(style: JSONStyle) { self.style = style }

  mutating func compare(_ place: JSONPlace, _ old: JSONValue, _ new: JSONValue, depth: Int) {
    guard old != new else { return }
    switch (place.content, old, new) {
    case (.object, .object(let before), .object(let after)):
      guard let places = place.members, before.hasKeys(of: after) else { break }
      for member in before.members {
        guard let place = places[member.key], let value = after[member.key] else { continue }
        compare(place, member.value, value, depth: depth + 1)
      }
      return
    case (.array(let places), .array(let before), .array(let after)):
      guard places.count == before.count, before.count == after.count else { break }
      for (place, pair) in zip(places, zip(before, after)) {
        compare(place, pair.0, pair.1, depth: depth + 1)
      }
      return
    default: break
    }
    edits.append((place.range, style.text(new, depth: depth)))
  }

  func applied(to bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var end = 0
    for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      result += bytes[end..<edit.range.lowerBound]
      result += edit.text.utf8
      end = edit.range.upperBound
    }
    return result + bytes[end...]
  }
}

extension JSONObject {
  fileprivate func hasKeys(of other: JSONObject) -> Bool {
    members.count == other.members.count && members.allSatisfy { other[$0.key] != nil }
  }
}
