import GraphIR
import Quantization
import SessionStore
import Text
import Training

/// A program for PyTorch's FX graph mode that does what made a model, from its own record and those of its ancestors.
struct PyTorchProgram {
  private(set) var gaps: [String] = []
  private var sections: [[String]] = []
  private var networks: [(graph: Graph, name: String)] = []
  private var data: [(call: String, name: String)] = []
  private var names: PythonNames
  private var done: Set<String> = []
  private let title: String
  private let workspace: Workspace
  private var engine: String?

  /// `entry` is the model that the program ends with.
  init(of entry: ModelEntry, _ workspace: Workspace) throws {
    self.workspace = workspace
    names = PythonNames(reserved: PyTorchLibrary.names)
    let settings = entry.details[.settings].map { ": " + $0 } ?? ""
    title = "\(entry.name), \(entry.kind.article)\(settings)"
    try add(entry, depth: 0)
  }

  var text: String {
    var lines = pythonComment("The recipe of \(title).")
    lines += pythonComment(
      "It does in PyTorch what qatlab's records say of this model; random numbers and rounding differ, so figures "
        + "agree within chance and not to the last digit.")
    if gaps.isEmpty {
      lines += pythonComment("Everything in it has its twin here.")
    } else {
      lines += ["#", "# Without a twin in PyTorch:"]
      for gap in gaps { lines += pythonComment("- " + gap) }
    }
    lines += ["", PyTorchLibrary.imports]
    if let engine { lines.append("torch.backends.quantized.engine = \(python(engine))") }
    for part in [
      PyTorchLibrary.modules, PyTorchLibrary.data, PyTorchLibrary.losses, PyTorchLibrary.training,
      PyTorchLibrary.quantization, Self.example,
    ] { lines += ["", "", part] }
    for network in networks {
      lines += ["", ""] + PyTorchNetwork(network.graph, name: network.name).lines
    }
    lines += ["", "", "if __name__ == \"__main__\":"]
    let body = data.map { [$0.name + " = " + $0.call] } + sections
    for (index, section) in body.enumerated() {
      if index > 0 { lines.append("") }
      lines += section.flatMap { $0.split(separator: "\n", omittingEmptySubsequences: false) }
        .map { $0.isEmpty ? "" : "    " + $0 }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static let example = """
    def data_example(data):
        \"""One standardised image, which FX traces networks with.\"""
        return data.standardised(data.images[:1])
    """

  /// Adds what makes a model, after what it is made from; returns its variable.
  @discardableResult
  private mutating func add(_ entry: ModelEntry, depth: Int) throws -> String {
    let key = entry.reference?.text ?? entry.name
    let variable = names.variable(name(entry))
    // What is its own ancestor by a damaged record ends here.
    guard done.insert(key).inserted, depth < 64 else { return variable }
    let start = try workspace.start(of: entry)
    let source = try start.map { try add($0, depth: depth + 1) }
    var steps = PyTorchSteps()
    if let recipe = entry.details[.recipe].flatMap(TrainingRecipe.init(json:)), entry.kind != .integer {
      try train(entry, recipe, start: start, source: source, into: &steps, depth: depth)
    } else if let recipe = entry.details[.postTraining].flatMap(PostTrainingRecipe.init(json:)), let start,
      let source
    {
      steps.add("\(variable) = copy.deepcopy(\(source))")
      choose(recipe.policy.backend)
      steps.quantize(variable, recipe, data: dataVariable(entry), graph: start.graph)
    } else if entry.kind == .integer, let start, start.kind == .fakeQuantized, let source {
      steps.convert(variable, from: source)
    } else if entry.kind == .dynamic, let source {
      steps.quantizeDynamically(variable, from: source)
    } else {
      load(entry, variable, into: &steps)
    }
    let accuracy = entry.figures["accuracy"].map { ", qatlab=\(python($0))" } ?? ""
    steps.add("evaluate(\(python(entry.name)), \(variable), \(dataVariable(entry))\(accuracy))")
    sections.append(pythonComment(comment(entry)) + steps.lines)
    for gap in steps.gaps where !gaps.contains(gap) { gaps.append(gap) }
    return variable
  }

  /// Without its number where it is the current version.
  private func name(_ entry: ModelEntry) -> String {
    let isCurrent = workspace.model(named: entry.plainName)?.reference == entry.reference
    return isCurrent ? entry.plainName : entry.reference?.text ?? entry.name
  }

  private func comment(_ entry: ModelEntry) -> String {
    let settings = entry.details[.settings].map { ": \($0)" } ?? ""
    return "\(entry.name), \(entry.kind.article)\(settings)"
  }

  private mutating func train(
    _ entry: ModelEntry, _ recipe: TrainingRecipe, start: ModelEntry?, source: String?,
    into steps: inout PyTorchSteps, depth: Int
  ) throws {
    let variable = names.variable(name(entry))
    var teachers: [String: String] = [:]
    for term in recipe.distillation where teachers[term.teacher] == nil {
      if let teacher = try workspace.teacher(term.teacher, of: entry) {
        teachers[term.teacher] = try add(teacher, depth: depth + 1)
      } else {
        steps.add(
          gap: "the teacher \(term.teacher), which is not in the session any more: its loss is left out")
      }
    }
    let graph = start?.graph ?? entry.graph
    if let source {
      steps.add("\(variable) = copy.deepcopy(\(source))")
    } else {
      steps.add("torch.manual_seed(\(recipe.seed))")
      steps.add("\(variable) = \(network(entry.graph))()")
    }
    if let policy = recipe.quantization?.policy { choose(policy.backend) }
    steps.train(
      variable, recipe, data: dataVariable(entry), graph: graph, teachers: teachers,
      isPrepared: start?.kind == .fakeQuantized)
  }

  /// A model that no run of the session made.
  private mutating func load(_ entry: ModelEntry, _ variable: String, into steps: inout PyTorchSteps) {
    let file = entry.plainName + ".safetensors"
    steps.add("\(variable) = load_weights(\(network(entry.graph))(), \(python(file)))")
    steps.add(
      gap:
        "what made \(entry.name), which no record tells: write its weights with `export \(entry.plainName) \"\(file)\"` first"
    )
  }

  private mutating func choose(_ backend: QuantizationBackend) {
    switch backend {
    case .x86, .fbgemm, .onednn, .qnnpack: engine = backend.rawValue
    case .xnnpack: engine = "qnnpack"
    case .tensorrt: break
    }
  }

  /// The class of a network, the same for equal ones.
  private mutating func network(_ graph: Graph) -> String {
    let plain = graph.withoutNormalization
    if let known = networks.first(where: { $0.graph == plain }) { return known.name }
    let words = graph.architecture.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    let written = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    let base = written.first?.isLetter == true ? written : "Network" + written
    let name = names.variable("network \(networks.count)", as: base)
    networks.append((plain, name))
    return name
  }

  /// The variable of a model's images.
  private mutating func dataVariable(_ entry: ModelEntry) -> String {
    let choice = entry.details[.data].flatMap(DataChoice.init(text:)) ?? .standard
    let images = PyTorchData(
      choice: choice, shape: entry.graph.inputShape, normalization: entry.graph.normalization)
    for gap in images.gaps where !gaps.contains(gap) { gaps.append(gap) }
    if let known = data.first(where: { $0.call == images.call }) { return known.name }
    let name = data.isEmpty ? "data" : "data_\(data.count + 1)"
    data.append((images.call, name))
    return name
  }
}

extension Workspace {
  /// The teacher of a model by the name that its recipe has, in the version that it was taught by.
  fileprivate func teacher(_ name: String, of entry: ModelEntry) throws -> ModelEntry? {
    let origin = entry.origins.first {
      $0.role == .teacher && ($0.reference.name == name || $0.reference.text == name)
    }
    if let origin, let found = try version(origin.reference) { return found }
    return origin == nil ? model(named: name) : nil
  }
}
