import Text

/// What a cell shows, of the form that a file keeps: kinds of outputs in their order, and sentences.
///
/// Numbers in tables, curves and metrics are compared by `CellResults`.
struct ShownOutputs: Equatable {
  /// An output of words.
  struct Sentences: Equatable {
    /// "text", "note", "stdout", "stderr".
    var kind: String
    var text: String
    /// Durations and speeds in it, in order.
    var measured: [String] = []
  }

  /// One for each shown output: "text", "table", "stderr", "error" and the like.
  private(set) var kinds: [String] = []
  private(set) var sentences: [Sentences] = []
  /// Of errors, in order.
  private(set) var messages: [String] = []

  /// Of outputs of nbformat; neighbours of one stream are one, as Jupyter's clients make them.
  init(_ outputs: [JSONObject]) {
    var stream: String?
    for output in outputs {
      let kind = Self.kind(of: output)
      defer { stream = output["output_type"]?.string == "stream" ? kind : nil }
      if let stream, stream == kind, output["output_type"]?.string == "stream" {
        sentences[sentences.count - 1].text += output["text"].flatMap(multiline) ?? ""
        continue
      }
      let words = Self.sentences(of: output, kind)
      // What was measured whole may be there or not.
      if let words, words.isMeasuredWhole { continue }
      kinds.append(kind)
      if let words { sentences.append(words) }
      if kind == "error" { messages.append(output["evalue"]?.string ?? "") }
    }
  }

  /// True for sentences of durations and speeds alone, which may be there or not.
  static func isMeasuredWhole(_ output: JSONObject) -> Bool {
    sentences(of: output, kind(of: output))?.isMeasuredWhole ?? false
  }

  private static func kind(of output: JSONObject) -> String {
    if let typed = output["data"]?.object?[qatlabMIMEType]?.object, let type = typed["type"]?.string {
      return type
    }
    let type = output["output_type"]?.string ?? "nothing"
    return type == "stream" ? output["name"]?.string ?? type : type
  }

  private static func sentences(of output: JSONObject, _ kind: String) -> Sentences? {
    if output["output_type"]?.string == "stream" {
      return Sentences(kind: kind, text: output["text"].flatMap(multiline) ?? "")
    }
    guard let typed = output["data"]?.object?[qatlabMIMEType]?.object, kind == "text" || kind == "note" else {
      return nil
    }
    return Sentences(
      kind: kind, text: typed["text"]?.string ?? "",
      measured: (typed["measured"]?.array ?? []).compactMap(\.string))
  }
}

extension ShownOutputs.Sentences {
  /// Stands for what was measured.
  private static let hole = "…"

  /// Lines without what was measured.
  var lines: [String] {
    var rest = Substring(text)
    var result = ""
    for words in measured {
      guard !words.isEmpty, let place = rest.firstRange(of: words) else { continue }
      result += rest[..<place.lowerBound] + Self.hole
      rest = rest[place.upperBound...]
    }
    return (result + rest).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  var isMeasuredWhole: Bool {
    !measured.isEmpty && lines.allSatisfy { $0 == Self.hole || $0.isEmpty }
  }

  /// With the places of what was measured that `other` tells, where all words around them are the same.
  ///
  /// Results of an older format don't tell them.
  func measuredLike(_ other: Self) -> Self {
    guard measured.isEmpty, !other.measured.isEmpty, kind == other.kind else { return self }
    var rest = Substring(other.text)
    var own = Substring(text)
    var found: [String] = []
    for (index, words) in other.measured.enumerated() {
      guard let place = rest.firstRange(of: words) else { return self }
      let before = rest[..<place.lowerBound]
      rest = rest[place.upperBound...]
      guard own.hasPrefix(before) else { return self }
      own = own.dropFirst(before.count)
      let next = other.measured.dropFirst(index + 1).first
      let behind = next.flatMap { rest.firstRange(of: $0) }.map { rest[..<$0.lowerBound] } ?? rest
      let end = behind.isEmpty ? own.endIndex : own.firstRange(of: behind)?.lowerBound
      guard let end, !own[..<end].contains("\n") else { return self }
      found.append(String(own[..<end]))
      own = own[end...]
    }
    var result = self
    result.measured = found
    return result
  }
}

extension ShownOutputs {
  /// How these outputs differ from the saved ones.
  ///
  /// `isExact` where the same words have to come, and else only what was there has to be there at all: sentences follow
  /// from figures, which differ within their limits.
  func differences(fromSaved saved: ShownOutputs, isExact: Bool) -> [Difference] {
    var found: [Difference] = []
    func require(_ name: String, _ old: String?, _ new: String?) {
      guard old != new else { return }
      found.append(
        Difference(name: name, saved: old.map { .text($0) }, now: new.map { .text($0) }, verdict: .different))
    }
    require("messages", saved.joinedMessages, joinedMessages)
    guard isExact else {
      if saved.kinds.isEmpty || kinds.isEmpty { require("outputs", saved.joinedKinds, joinedKinds) }
      if saved.sentences.isEmpty != sentences.isEmpty {
        require("sentences", "\(saved.sentences.count)", "\(sentences.count)")
      }
      return found
    }
    require("outputs", saved.joinedKinds, joinedKinds)
    for index in 0..<max(sentences.count, saved.sentences.count) {
      let new = index < sentences.count ? sentences[index] : nil
      let old = index < saved.sentences.count ? saved.sentences[index] : nil
      let before = new.flatMap { new in old?.measuredLike(new) }?.lines ?? old?.lines ?? []
      let after = new?.lines ?? []
      for line in 0..<max(before.count, after.count) {
        let kind = new?.kind ?? old?.kind ?? ""
        require(
          "sentences \(index + 1), \(kind), line \(line + 1)",
          line < before.count ? before[line] : nil, line < after.count ? after[line] : nil)
      }
    }
    return found
  }

  private var joinedMessages: String { messages.joined(separator: "; ") }
  private var joinedKinds: String { kinds.isEmpty ? "none" : kinds.joined(separator: ", ") }
}
