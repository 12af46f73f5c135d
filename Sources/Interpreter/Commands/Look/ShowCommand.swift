import Datasets
import GraphIR
import Language
import SessionStore
import Text

/// What `show` can show besides a model.
enum ShowTopic: String, CaseIterable {
  case data, images, graph, plan, run, lineage, environment, quantize, integer, pytorch
  case fakeQuant = "fake-quant"

  var summary: String {
    switch self {
    case .data: "the data in use: counts, classes, statistics"
    case .images:
      "images [wrong|flipped] [of NAME] [against NAME]: test images with their classes and answers"
    case .graph: "graph NAME: the nodes of a network and what feeds them"
    case .plan: "plan NAME: the steps that a model is compiled to, their code, time and memory"
    case .environment:
      "what computes here: processor, instructions, threads, oneDNN, precision, session, data"
    case .run: "run [N|NAME]: settings and loss curve of a run, the last one, or the last of a model"
    case .lineage:
      "lineage NAME: what made a model, back to the fresh network: commands, data by content, seeds, settings"
    case .quantize: "quantize NUMBER …: step by step onto a grid of integers and back"
    case .pytorch: "pytorch NAME: a PyTorch program (FX graph mode) that does what made a model"
    case .integer: "integer LAYER: one output of an integer layer by hand, from codes to code"
    case .fakeQuant: "fake-quant LAYER, or range LOW HIGH: the quantizer as a curve, with its gradient"
    }
  }

  /// Options that say something of this topic; a model takes none.
  var keywords: [Keyword] {
    switch self {
    case .data, .plan, .run, .environment: []
    case .images: [.imagesOf, .imagesAgainst, .imageCount]
    case .graph: [.before, .after]
    case .lineage: [.form]
    case .pytorch: [.programFile]
    case .quantize: [.scale, .zeroPoint, .quantizerBits, .quantizerGrid]
    case .integer: [.outputImage, .outputChannel, .outputPlace]
    case .fakeQuant: [.quantizerBits, .quantizerGrid]
    }
  }
}

extension ShowTopic {
  /// What may stand behind it.
  fileprivate var form: Command.Form {
    let operand: ValueKind? =
      switch self {
      case .data, .quantize, .environment: nil
      case .images: .choice(shownImages)
      case .graph, .plan, .lineage, .pytorch: .model(nil)
      case .run: .topic([], besides: .runs)
      case .integer: .topic([], besides: .layers)
      case .fakeQuant: .topic([Choice("range", "LOW HIGH: a range in place of a layer")], besides: .layers)
      }
    return Command.Form(operand: operand, keywords: keywords)
  }
}

extension Command {
  static let show = Command(
    "show", "look at a model, its graph, a run or the data; step through quantizing a number",
    operands: [
      Operand(
        "a model or a topic",
        .topic(ShowTopic.allCases.map { Choice($0.rawValue, $0.summary) }, besides: .models)),
      Operand("a name or a number", .topic(shownImages, besides: .models), .many),
    ],
    keywords: [
      .before, .after, .scale, .zeroPoint, .quantizerBits, .quantizerGrid, .imagesOf, .imagesAgainst,
      .imageCount, .form, .outputImage, .outputChannel, .outputPlace, .programFile,
    ],
    forms: Dictionary(uniqueKeysWithValues: ShowTopic.allCases.map { ($0.rawValue, $0.form) }),
    examples: [
      "show teacher", "show graph teacher", "show graph student after prepare",
      "show graph student after convert", "show plan teacher", "show run", "show run 1", "show run teacher",
      "show data", "show environment", "show lineage student", "show lineage student as json",
      "show images", "show images wrong of student", "show images flipped of student-int8 against teacher",
      "show quantize 0.37 scale 0.01 zero-point 3 bits 8", "show quantize -1 0.4 2 bits 3",
      "show fake-quant student.conv1", "show fake-quant range -1 2 bits 4",
      "show integer student-int8.conv1", "show integer student-int8.conv1 image 7 channel 3 at 4,5",
      "show pytorch student",
      "show pytorch student to \"student.py\"",
    ], footprint: showFootprint
  ) { arguments, workspace in
    let word = try arguments.requiredWord(at: 0)
    let rest = arguments.word(at: 1)
    let topic = ShowTopic(rawValue: word.text)
    try requireFitting(arguments, topic)
    switch topic {
    case .images: return try showImages(arguments, workspace)
    case .quantize: return try showQuantize(arguments)
    case .fakeQuant: return try showFakeQuant(arguments, workspace)
    case .integer: return try showInteger(arguments, workspace)
    case .pytorch: return try showPyTorch(arguments, workspace)
    case .data, .graph, .plan, .run, .lineage, .environment, nil:
      if let surplus = arguments.word(at: 2) {
        throw StatementError.surplusTopic(surplus, topic: "show \(word.text) \(rest?.text ?? "")")
      }
    }
    switch topic {
    case .data: return try showData(word, rest, workspace)
    case .graph: return try showGraph(word, rest, GraphStage(arguments), workspace)
    case .plan: return try showPlan(word, rest, workspace)
    case .run: return try showRun(rest, workspace)
    case .lineage: return try showLineage(word, rest, arguments.form, workspace)
    case .environment: return try showEnvironment(rest, workspace)
    case .images, .quantize, .fakeQuant, .integer, .pytorch, nil: return try showModel(word, rest, workspace)
    }
  }
}

/// What `show` uses: a network that has no weights is shown for the images of the data.
private func showFootprint(_ arguments: Arguments, _ known: KnownNames) -> Footprint {
  func network(_ name: String) -> Set<SessionName> {
    known.model(named: name) != nil
      ? [.model(name)] : known.networks.contains(name) ? [.model(name), .data] : [.data]
  }
  guard let word = arguments.word(at: 0)?.text else { return .nothing }
  let name = arguments.word(at: 1)?.text ?? ""
  switch ShowTopic(rawValue: word) {
  case .images: return imagesFootprint(arguments, known)
  case .quantize: return .nothing
  case .fakeQuant: return fakeQuantFootprint(arguments, known)
  case .integer: return integerFootprint(arguments, known)
  case .pytorch: return pytorchFootprint(name, known)
  case .data: return Footprint(uses: [.data])
  case .run: return Footprint(uses: [.runs])
  case .lineage:
    return Footprint(
      uses: Set(known.lineage(of: [name]).filter(known.knows).map(SessionName.model)).union([.runs]))
  case .environment: return Footprint(uses: [.precision, .data, .seed])
  case .plan:
    let precision: Set<SessionName> = known.model(named: name)?.kind == .integer ? [] : [.precision]
    return Footprint(uses: precision.union(known.knows(name) ? [.model(name)] : []))
  case .graph:
    let lineage = GraphStage(arguments) == nil ? [] : known.lineage(of: [name]).filter(known.knows)
    return Footprint(uses: network(name).union(lineage.map(SessionName.model)))
  case nil:
    // A model's start is told with its version where the name has another one now.
    let start = known.model(named: word)?.start.map { [SessionName.model($0)] } ?? []
    return partFootprint(word, known) ?? Footprint(uses: network(word).union(start))
  }
}

/// Throws at an option that says nothing of what is shown.
private func requireFitting(_ arguments: Arguments, _ topic: ShowTopic?) throws(StatementError) {
  let fitting = topic?.keywords ?? []
  for clause in arguments.statement.clauses where !fitting.contains(where: { $0.name == clause.keyword.text })
  {
    let owners = ShowTopic.allCases.filter { $0.keywords.contains { $0.name == clause.keyword.text } }
    throw .pointless(
      clause.range, option: clause.keyword.text, without: sentence(owners.map(\.rawValue), "or"))
  }
}

func showModel(_ word: Word, _ rest: Word?, _ workspace: Workspace) throws -> Plan {
  if rest == nil, let part = try ModelPart(word, workspace) { return part.plan }
  let isKnown =
    workspace.names.knows(word.text)
    || Architecture.named(word.text) != nil
  guard isKnown else {
    if let error = workspace.unknownVersion(word) { throw error }
    throw StatementError.unknownTopic(
      word, command: "show", topics: ShowTopic.allCases.map(\.rawValue) + workspace.modelNames)
  }
  if let rest { throw StatementError.surplusTopic(rest, topic: "show \(word.text)") }
  if workspace.kind(of: word.text) != nil {
    return Plan { workspace, console in
      let entry = try workspace.entry(word.text)
      console.text(summary(of: entry) { workspace.model(named: $0)?.version })
      console.put(.table(layerTable(entry.graph)))
      return .done
    }
  }
  let (graph, definition) = try network(word, workspace)
  return Plan { _, console in
    let count = ModelEntry(name: word.text, kind: .float, graph: graph).parameterCount
    if let definition { console.text("\(word.text) = \(definition.text)") }
    console.text(
      "\(word.text), not trained yet: \(parameterCount(count)) parameters for images of \(graph.inputShape)")
    console.put(.table(layerTable(graph)))
    return .done
  }
}

/// A network that has no weights, for the images of the data in use.
private func network(_ word: Word, _ workspace: Workspace) throws -> (Graph, NetworkDefinition?) {
  let data = try workspace.data(for: word.range)
  guard let graph = try workspace.network(word, data: data) else {
    throw ModelError.unknownNetwork(
      word, definitions: workspace.definitions.keys.sorted(), models: workspace.modelNames)
  }
  return (graph, workspace.definition(word.text))
}

private func showData(_ word: Word, _ rest: Word?, _ workspace: Workspace) throws -> Plan {
  if let rest { throw StatementError.surplusTopic(rest, topic: "show data") }
  let data = try workspace.data(for: word.range)
  return Plan { workspace, console in
    if let note = data.note { console.note(note) }
    console.text(description(of: data))
    console.figures(of: data, workspace.library)
    console.text("classes: " + data.dataset.classNames.joined(separator: ", "))
    return .done
  }
}

private func showGraph(
  _ word: Word, _ rest: Word?, _ stage: GraphStage?, _ workspace: Workspace
) throws -> Plan {
  guard let name = rest else {
    throw StatementError.topicNeeds(word, what: "the name of a model", example: "show graph teacher")
  }
  if let entry = workspace.model(named: name.text) {
    guard let stage else {
      return Plan { workspace, console in
        console.put(.table(graphTable(try workspace.entry(name.text).graph)))
        return .done
      }
    }
    return try stage.step(of: entry, name, workspace)
  }
  if let stage {
    throw ModelError.noSuchStage(name, stage: stage.words, reason: "it is a network without weights")
  }
  let graph = try network(name, workspace).0
  return Plan { _, console in
    console.put(.table(graphTable(graph)))
    return .done
  }
}

private func showRun(_ number: Word?, _ workspace: Workspace) throws -> Plan {
  // Statements before it in the cell may make the run.
  if workspace.statementCount == 1, let number {
    let runs = try workspace.runRows()
    guard
      runs.contains(where: { $0.model == number.text || "\($0.number)" == number.text })
    else { throw StatementError.unknownRun(number, count: runs.count, models: runs.map(\.model)) }
  }
  return Plan { workspace, console in
    let runs = try workspace.runRows()
    let ofModel =
      number.map { name in runs.filter { $0.model == name.text }.map(\.number) } ?? []
    let wanted = ofModel.last ?? number.map { Int($0.text) ?? 0 } ?? runs.last?.number
    guard let run = runs.first(where: { $0.number == wanted }) else {
      guard let number else {
        console.text("nothing was trained yet; begin with: teacher = train resnet18")
        return .done
      }
      throw StatementError.unknownRun(number, count: runs.count, models: runs.map(\.model))
    }
    try console.describe(run, number: run.number)
    console.tell(stopped: try workspace.store.resumableRuns().filter { $0.number == run.number })
    if let name = number?.text, ofModel.count > 1 {
      console.note("earlier runs of \(name): " + sentence(ofModel.dropLast().map { "show run \($0)" }))
    }
    return .done
  }
}

/// ", on 2 threads", where that was written down.
private func threadWords(_ run: RunRow) -> String {
  run.settings[Setting.threads.rawValue].flatMap { Int($0) }.map { ", on " + counted($0, "thread") } ?? ""
}

extension Console {
  /// A run's settings and its curves.
  fileprivate func describe(_ run: RunRow, number: Int) throws {
    text(
      "run \(number): \(run.kind.rawValue) of \(run.model), \(run.status.rawValue) after "
        + "\(counted(run.epochsDone, "epoch")), \(counted(run.stepsDone, "step"))" + threadWords(run))
    put(
      .table(
        Table(
          columns: [Table.Column("setting"), Table.Column("value")],
          rows: run.settings.filter { $0.key != Setting.threads.rawValue }.sorted { $0.key < $1.key }.map {
            [.text($0.key), .spelled($0.value)]
          })))
    let parts = run.settings["with"] == nil ? ["loss"] : ["loss", "task_loss", "kd_loss"]
    let series = try parts.map { Curve.Series(name: $0, points: try run.points($0)) }
      .filter { !$0.points.isEmpty }
    guard !series.isEmpty else { return }
    put(
      .curve(Curve(title: "run \(number): loss", xLabel: "step", yLabel: "loss", series: series)))
  }
}

/// What a model is and where it comes from, in a few lines.
private func summary(of entry: ModelEntry, current: (String) -> Int?) -> String {
  var lines = [
    "\(entry.name): \(entry.kind.article), \(entry.graph.architecture), "
      + "\(parameterCount(entry.parameterCount)) parameters"
  ]
  if let accuracy = entry.figures["accuracy"] { lines.append("accuracy \(percentage(accuracy))") }
  if let bytes = entry.byteCount { lines.append("size \(byteCount(Double(bytes)))") }
  if let normalization = entry.graph.normalization { lines.append(normalization.words) }
  if let start = entry.startWords(current: current) { lines.append("started from \(start)") }
  if let data = entry.details[.data] { lines.append("data: \(data)") }
  if let settings = entry.details[.settings] { lines.append("settings: \(settings)") }
  return lines.joined(separator: "\n")
}
