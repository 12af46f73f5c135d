import Language
import SessionStore
import Text

extension Keyword {
  static let programFile = Keyword(
    "to", .text, otherwise: "printed", example: "\"student.py\"",
    "with pytorch: writes the program to this file")
}

/// `show pytorch NAME`: a PyTorch program that does what made a model.
func showPyTorch(_ arguments: Arguments, _ workspace: Workspace) throws -> Plan {
  let topic = try arguments.requiredWord(at: 0)
  guard let name = arguments.word(at: 1) else {
    throw StatementError.topicNeeds(topic, what: "the name of a model", example: "show pytorch student")
  }
  if let surplus = arguments.word(at: 2) {
    throw StatementError.surplusTopic(surplus, topic: "show pytorch \(name.text)")
  }
  _ = try workspace.model(name)
  var file: (WholeFile, SourceRange, String)?
  if let path = arguments.text(.programFile), let range = arguments.range(of: .programFile) {
    try workspace.library.inputFiles.requireOther(FilePath(path).expanded, at: range)
    let whole = WholeFile(FilePath(path).expanded)
    if let reason = AnswerFile.obstacle(whole) {
      throw PredictionError.unwritable(range, path: path, reason: reason)
    }
    file = (whole, range, path)
  }
  return Plan { [file] workspace, console in
    let program = try PyTorchProgram(of: try workspace.entry(name.text), workspace)
    if let (whole, range, path) = file {
      do throws(StoreError) {
        try whole.write(Array(program.text.utf8))
      } catch {
        throw SessionError.store(error, range)
      }
      let lines = program.text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
      console.text("\(path): \(counted(lines, "line")) of Python that do in PyTorch what made \(name.text)")
    } else {
      console.drawing(program.text)
    }
    for gap in program.gaps { console.note("without a twin in PyTorch: " + gap) }
    if program.gaps.isEmpty { console.note("everything in the recipe has its twin in PyTorch") }
    console.metric(name.text, "pytorch.gaps", Double(program.gaps.count))
    return .done
  }
}

/// What `show pytorch` uses: the records of a model and of all that it was made from.
func pytorchFootprint(_ name: String, _ known: KnownNames) -> Footprint {
  Footprint(
    uses: Set(known.lineage(of: [name]).filter(known.knows).map(SessionName.model)).union([.runs]))
}
