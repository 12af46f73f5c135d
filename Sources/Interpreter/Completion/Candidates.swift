import Distillation
import GraphIR
import Language
import Quantization

/// What a session offers at a place: names of models and networks beside the words of the language.
struct Candidates {
  var names: SessionNames

  private var models: [ModelEntry] { names.models }

  func candidates(_ context: CompletionContext) -> [Completion] {
    switch context {
    case .verb(let afterTarget):
      Command.all.filter { !afterTarget || $0.namesItsResult }
        .map { Completion(text: $0.name, detail: $0.summary) }
    case .body(let verb, let operands, let subject, let used): body(verb, operands, subject, used)
    case .value(let verb, let keyword):
      Command.named(verb)?.keyword(named: keyword).map { numbers(for: $0) + values(of: $0.kind) } ?? []
    case .layer: layerForms
    case .clauseCall: completions(Keyword.distillation.kind.choices)
    case .argument(let call, let enclosing, let index, let label, let own, let names):
      option(call, enclosing: enclosing).map { setting(of: $0.kind, label: label, names: names) }
        ?? arguments(call, enclosing: enclosing, index: index, label: label, own: own)
    case .path, .nothing: []
    }
  }

  var layerForms: [Completion] { completions(LayerForm.choices) }

  /// True for a layer of some model, with or without the model's name before it.
  func isLayer(_ name: String) -> Bool {
    models.contains { model in
      let path = name.hasPrefix(model.name + ".") ? String(name.dropFirst(model.name.count + 1)) : name
      return model.graph.nodes.contains { $0.name == path }
    }
  }

  /// Numbers that the option was given before, then what holds without it and what help shows.
  private func numbers(for keyword: Keyword) -> [Completion] {
    guard keyword.kind.isNumber else { return [] }
    var numbers = names.numbers(of: keyword.name, atMost: 5).map {
      Completion(text: $0, detail: "used before")
    }
    let known = [(keyword.otherwise, "what holds without it"), (keyword.example, "an example")]
    for (text, detail) in known {
      guard let text, Double(text) != nil, !numbers.contains(where: { $0.text == text }) else { continue }
      numbers.append(Completion(text: text, detail: detail))
    }
    return numbers
  }

  private func body(
    _ verb: String, _ operands: Int, _ subject: String?, _ used: Set<String>
  ) -> [Completion] {
    guard let command = Command.named(verb) else { return [] }
    var candidates: [Completion] = []
    var keywords = command.keywords
    if operands > 0, !command.forms.isEmpty {
      let form = command.forms[subject ?? ""]
      keywords = form?.keywords ?? []
      if used.isEmpty { candidates = form?.operand.map(values(of:)) ?? [] }
    } else if used.isEmpty, let operand = operand(of: command, at: operands) {
      candidates = if case .newName = operand.kind { newNames } else { values(of: operand.kind) }
      let isNeeded =
        switch operand.arity {
        case .one: true
        case .several: operands == 0
        case .optional, .many: false
        }
      if isNeeded { return candidates }
    }
    return candidates
      + keywords.filter { !used.contains($0.name) && $0.behind.map(used.contains) ?? true }
      .map { Completion(text: $0.name, detail: $0.summary) }
  }

  /// Names that a student can be given: of QAT models, which are made again, a new one, and of float models.
  private var newNames: [Completion] {
    let usual = "student"
    let isFree = !models.contains { $0.name == usual }
    return models([.fakeQuantized]) + (isFree ? [Completion(text: usual, detail: "a new name")] : [])
      + models([.float])
  }

  func operand(of command: Command, at place: Int) -> Operand? {
    if command.operands.indices.contains(place) { return command.operands[place] }
    switch command.operands.last?.arity {
    case .many, .several: return command.operands.last
    case .one, .optional, nil: return nil
    }
  }

  func values(of kind: ValueKind) -> [Completion] {
    switch kind {
    case .choice(let choices): completions(choices)
    case .model(let kinds): models(kinds)
    case .network:
      Architecture.all.map { Completion(text: $0.name, detail: $0.summary) }
        + names.definitions.map { Completion(text: $0, detail: "network") } + models([.float])
    case .topic(let topics, besides: .models): completions(topics) + models(nil)
    case .topic(let topics, besides: .layers): completions(topics) + models(nil) + layers()
    case .topic(let topics, besides: .runs): completions(topics) + names.runs
    case .topic(let topics, besides: .nothing): completions(topics)
    case .topic(let topics, besides: .commands):
      Command.all.map { Completion(text: $0.name, detail: $0.summary) } + completions(topics)
    case .chain: layerForms
    case .width, .layers(.width): widths
    case .layers(.named): layers([], suffix: "")
    case .either(let kinds): kinds.flatMap(values(of:))
    case .runNumbers: names.runs
    case .count, .real, .newName, .text, .pattern, .names, .place, .statement, .flag, .calls,
      .layers(.storage),
      .widths:
      []
    }
  }

  private var widths: [Completion] {
    quantizationWidths.reversed().map { Completion(text: "\($0)", detail: "bits") }
  }

  /// The option whose own parentheses these are.
  private func option(_ name: String, enclosing: String?) -> Keyword? {
    guard enclosing == nil else { return nil }
    return Command.all.lazy.flatMap(\.keywords).first { keyword in
      keyword.name == name && (keyword.form == .arguments || keyword.form == .valueOrArguments)
    }
  }

  /// What can stand in an option's own parentheses.
  private func setting(of kind: ValueKind, label: String?, names: [String]) -> [Completion] {
    switch kind {
    case .layers(.width) where label == nil:
      layers(names, suffix: ":") + [Completion(text: Keyword.rest + ":", detail: "all other layers")]
    case .layers(.width), .widths: widths
    case .layers(.named): label == nil ? layers(names, suffix: "") : []
    case .layers(.storage): label == nil ? layers(names, suffix: "") : completions(storageChoices)
    case .count, .real, .choice, .model, .network, .newName, .text, .pattern, .names, .runNumbers, .place,
      .either,
      .chain, .topic, .statement, .flag, .calls, .width:
      []
    }
  }

  /// The layers of the model that the statement names, or else of the newest float model.
  private func layers(_ names: [String], suffix: String) -> [Completion] {
    let floats = models.filter { $0.kind == .float }
    let model = floats.first { names.contains($0.name) } ?? floats.last
    return (model?.graph.nodes ?? []).filter(\.operation.hasWeights).map { node in
      Completion(text: node.name + suffix, detail: "layer of \(model?.name ?? "")")
    }
  }

  /// Every model's layers with weights, led to by its name.
  private func layers() -> [Completion] {
    models.flatMap { model in
      model.graph.weightedLayers.map {
        Completion(text: model.name + "." + $0, detail: "layer of \(model.name), \(model.kind.words)")
      }
    }
  }

  private func models(_ kinds: [Model.Kind]?) -> [Completion] {
    models.filter { kinds?.contains($0.kind) ?? true }
      .map { Completion(text: $0.name, detail: "\($0.kind.words) model, \($0.graph.architecture)") }
      + (names.offersVersions ? names.versions : []).filter { kinds?.contains($0.kind) ?? true }
      .map { Completion(text: $0.name, detail: "version of a model, \($0.kind.words)") }
  }

  private func arguments(
    _ call: String, enclosing: String?, index: Int, label: String?, own: [String]
  ) -> [Completion] {
    if let form = LayerForm.all.first(where: { $0.name == call }), label == nil {
      return form.parameters.map { Completion(text: $0.label + ":", detail: $0.kind.words) }
    }
    if let entry = LossEntry.catalogue.first(where: { $0.name == call }), label == nil {
      return parameters(of: entry)
    }
    guard let form = TermForm.all.first(where: { $0.name == call }) else { return [] }
    if let label {
      return (form.positional + form.labelled).first { $0.label == label }.map { offers($0.offer) } ?? []
    }
    if form.positional.indices.contains(index), !offers(form.positional[index].offer).isEmpty {
      return offers(form.positional[index].offer)
    }
    let labels = form.positional.dropFirst(2) + form.labelled
    let common = labels.map { Completion(text: $0.label + ":", detail: $0.summary) }
    let loss = LossEntry.catalogue.first { own.contains($0.name) }
    return (loss.map { parameters(of: $0) + common } ?? common + allParameters)
      .filter { !own.contains(String($0.text.dropLast())) }
  }

  private func offers(_ offer: TermForm.Offer) -> [Completion] {
    switch offer {
    case .floatModels: models([.float])
    case .losses: completions(lossChoices)
    case .choices(let choices): completions(choices)
    case .nothing: []
    }
  }

  private func parameters(of entry: LossEntry) -> [Completion] {
    entry.parameters.map { Completion(text: $0.label + ":", detail: $0.summary) }
  }

  /// The parameters of every loss, each once.
  private var allParameters: [Completion] {
    LossEntry.catalogue.flatMap(parameters(of:)).reduce(into: []) { all, one in
      if !all.contains(where: { $0.text == one.text }) { all.append(one) }
    }
  }

  private func completions(_ choices: [Choice]) -> [Completion] {
    choices.map { Completion(text: $0.name, detail: $0.summary) }
  }
}

extension ValueKind {
  fileprivate var isNumber: Bool {
    if case .count = self { return true }
    if case .real = self { return true }
    if case .either(let kinds) = self { return kinds.contains(where: \.isNumber) }
    return false
  }
}
