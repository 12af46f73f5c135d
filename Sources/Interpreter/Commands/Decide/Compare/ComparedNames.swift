import GraphIR
import Language
import Quantization

/// The models that a comparison is asked for by their names.
struct ComparedNames {
  /// In the order of their families: each float model before what was made from it.
  var names: [String]
  /// Those that the user named one by one.
  var written: Set<String>
  /// Words that nothing is called by.
  var unknown: [Word] = []
  /// True where no word chooses: every model that fits the data is meant.
  var isAll: Bool

  /// `teacher student-int8`, `student*`, `family teacher`; nothing for all.
  init(_ arguments: Arguments, _ known: KnownNames) {
    let words = arguments.operands.indices.compactMap { arguments.word(at: $0) }
    isAll = words.isEmpty && !arguments.has(.family)
    written = []
    var chosen: [String] = isAll ? known.models.map(\.name) : []
    for word in words {
      let isPattern = word.text.contains("*")
      let found =
        isPattern
        ? known.models.map(\.name).filter { LayerRule(word.text, .float(.float32)).fits($0) }
        : [known.model(named: word.text)?.name].compactMap { $0 }
      if found.isEmpty { unknown.append(word) }
      if !isPattern { written.formUnion(found) }
      chosen += found
    }
    if let word = arguments.word(.family) {
      if known.model(named: word.text) == nil { unknown.append(word) }
      let family = known.family(of: word.text)
      chosen += known.models.map(\.name).filter { known.family(of: $0) == family }
    }
    names = Self.grouped(chosen, known)
  }

  /// Each name once, those of a family side by side, families in the order in which they are met.
  static func grouped(_ names: [String], _ known: KnownNames) -> [String] {
    var families: [String] = []
    var members: [String: [String]] = [:]
    for name in names {
      let family = known.family(of: name)
      if members[family] == nil { families.append(family) }
      guard !(members[family] ?? []).contains(name) else { continue }
      if name == family {
        members[family, default: []].insert(name, at: 0)
      } else {
        members[family, default: []].append(name)
      }
    }
    return families.flatMap { members[$0] ?? [] }
  }
}
