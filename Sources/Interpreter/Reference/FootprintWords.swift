import GraphIR
import Language
import Text

/// What a command uses of the session and what it changes, in words.
///
/// They are taken from the footprints of its examples, in a session that has one model of each kind.
struct FootprintWords {
  private var uses: Set<String> = []
  private var makes: Set<String> = []
  private var sets: Set<String> = []
  private var changesSession = false
  private var addsRun = false
  private var isServed = false

  init(of command: Command) {
    for example in command.examples {
      var names = Self.names
      for statement in parse(example, vocabulary: Command.vocabulary).statements {
        guard let command = Command.named(statement.verb.text),
          let arguments = try? bind(statement, to: command)
        else { continue }
        let footprint = command.footprint(arguments, names)
        add(footprint)
        for change in footprint.changes { names.apply(change) }
      }
    }
  }

  private static let names = KnownNames(
    models: [
      KnownNames.Model("teacher", .float), KnownNames.Model("small", .float),
      KnownNames.Model("student", .fakeQuantized, start: "teacher", teachers: ["teacher"]),
      KnownNames.Model("student-int8", .integer, start: "student"),
    ], networks: ["tiny"])

  private mutating func add(_ footprint: Footprint) {
    uses.formUnion(footprint.uses.map(Self.words))
    for change in footprint.changes {
      switch change {
      case .make(let model): makes.insert(model.kind.article)
      case .define: makes.insert("a network")
      case .forget: sets.insert("the names that are known")
      }
    }
    let made = Set(footprint.changes.map { SessionName.model($0.name) })
    sets.formUnion(footprint.defines.subtracting(made).map(Self.words))
    changesSession = changesSession || footprint.changesSession
    addsRun = addsRun || footprint.addsRun
    if case .served = footprint.serving { isServed = true }
  }

  private static func words(_ name: SessionName) -> String {
    switch name {
    case .model: "models"
    case .file: "a file"
    case .data, .seed, .precision, .runs: name.words
    }
  }

  /// A sentence for each of: what it uses, what it makes, what it changes, whether its result can be served.
  var text: String {
    let makes = makes.sorted() + (addsRun ? ["a run"] : [])
    var sentences = [
      uses.isEmpty ? "It uses nothing of the session." : "It uses \(sentence(uses.sorted()))."
    ]
    if !makes.isEmpty { sentences.append("It makes \(sentence(makes)).") }
    if !sets.isEmpty { sentences.append("It changes \(sentence(sets.sorted())).") }
    if !changesSession {
      sentences.append("It leaves the session as it is.")
    } else if makes.isEmpty, sets.isEmpty {
      sentences.append("It changes the session.")
    }
    if isServed { sentences.append("A replay with --cached can serve what it gave before.") }
    return sentences.joined(separator: " ")
  }
}
