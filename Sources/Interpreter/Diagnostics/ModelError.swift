import GraphIR
import Language
import Text

/// Why a statement can't be run with the models and networks that there are.
enum ModelError: Error {
  case unknownModel(Word, known: [String])
  /// A model has no version of that number; `current` is the number of the current one, where there is one.
  case unknownVersion(Word, String, versions: [Int], current: Int?)
  /// The version of a model that has its name is to be forgotten as a version.
  case currentVersion(Word, name: String)
  /// A network is named where a model is wanted.
  case untrained(Word)
  /// `floatModel` is the one that it was made from, where that is known.
  case wrongModelKind(Word, kind: Model.Kind, wanted: [Model.Kind], floatModel: String?)
  /// A float model has no grids to look at; `layer` is one of its own, or the one that was asked for.
  case nothingQuantized(Word, model: String, layer: String)
  case unknownNetwork(Word, definitions: [String], models: [String])
  /// A layer can't take its input; `layer` is its name, or its words in a chain.
  case layerDoesNotFit(SourceRange, network: String, layer: String, reason: String, input: Shape)
  /// `trainedOn` is the model's own data, as `data` would take it.
  case classesDiffer(Word, model: Int, data: Int, dataName: String, trainedOn: String?)
  case inputDiffers(Word, model: Shape, data: Shape, dataName: String, trainedOn: String?)
  case outputsDiffer(SourceRange, network: String, outputs: Int, classes: Int, dataName: String)
  /// The engine can't train or quantize a network.
  case unsupported(SourceRange, String, Rehearsal.Failure)
  /// Training would take more bytes than the machine has; `batch` is one that fits, where one does.
  case tooLarge(SourceRange, network: String, bytes: Double, memory: Double, batch: Int?)
  /// A model's graph can't be shown at a stage of quantization.
  case noSuchStage(Word, stage: String, reason: String)
  case nothingToConvert(Word, floatModel: String?)
  case nothingToStartFrom(Word)
  case nothingToCompare(Word)
  /// Dynamic quantization is for dense layers alone.
  case noDenseLayer(Word)
  /// No channel lies between two layers so that it could be scaled, or each of them reaches the bound of its relu6.
  case nothingToRescale(Word)
  /// A model can't be trained again with another seed.
  case notRepeatable(Word, model: String, reason: String)
  /// Even with 2-bit weights everywhere the model is larger than its budget; bytes of both and of 8 bits.
  case budgetTooSmall(SourceRange, model: String, budget: Int, least: Int, plain: Int)
  /// With 8 bits everywhere the model is within its budget already.
  case budgetNeedless(SourceRange, model: String, budget: Int, least: Int, plain: Int)
  /// There are models, and none fits the data in use.
  case noneFits(Word, models: [String], data: Shape, dataName: String)
}

extension ModelError: DiagnosedError {
  var diagnostic: Diagnostic {
    switch self {
    case .unknownModel(let word, let known):
      unknownName(
        "unknown-model", "no model is called \(quoted(word.text))", word, known: known, noun: "model")
    case .unknownVersion(let word, let name, let versions, let current):
      unknownVersion(word, name, versions, current: current)
    case .currentVersion(let word, let name):
      complaint(
        "current-version", "\(word.text) is what \(name) stands for", at: word.range,
        remedy: "forget \(name) takes the name out of the session with it", suggestion: name)
    case .untrained(let word):
      complaint(
        "untrained", "\(quoted(word.text)) is a network without weights, not a model", at: word.range,
        remedy: "train it first: teacher = train \(word.text)")
    case .wrongModelKind(let word, let kind, let wanted, let floatModel):
      wrongKind(word, kind, wanted, floatModel)
    case .nothingQuantized(let word, let model, let layer):
      complaint(
        "wrong-model-kind", "\(model) is a float model: it has no grids, scales or zero points yet",
        at: word.range,
        remedy: "see what quantization would do to it: sensitivity \(model), or histogram \(model).\(layer)")
    case .unknownNetwork(let word, let definitions, let models):
      unknownName(
        "unknown-network", "no architecture, network or model is called \(quoted(word.text))", word,
        known: Architecture.all.map(\.name) + definitions + models, noun: "network")
    case .layerDoesNotFit(let range, let network, let layer, let reason, let input):
      complaint(
        "layer-does-not-fit", "layer \(layer) of \(network) does not fit: \(reason)", at: range,
        label: "its images are \(input)",
        remedy: layerRemedy(reason))
    case .classesDiffer(let word, let model, let data, let name, let trainedOn):
      complaint(
        "classes-differ",
        "\(word.text) tells \(model) classes apart, but \(name) has \(data)", at: word.range,
        remedy: "go back to its data: data \(trainedOn ?? "NAME")")
    case .inputDiffers(let word, let model, let data, let name, let trainedOn):
      complaint(
        "input-differs", "\(word.text) takes images of \(model), but \(name) has \(data)",
        at: word.range, remedy: "go back to its data: data \(trainedOn ?? "NAME size S")")
    case .outputsDiffer(let range, let network, let outputs, let classes, let name):
      complaint(
        "classes-differ", "\(network) ends with \(outputs) outputs, but \(name) has \(classes) classes",
        at: range, remedy: "end the chain with fc(\(classes))")
    case .unsupported(let range, let network, let failure): unsupported(range, network, failure)
    case .tooLarge(let range, let network, let bytes, let memory, let batch):
      complaint(
        "out-of-memory",
        "training \(network) takes at least \(byteCount(bytes)), this machine has \(byteCount(memory))",
        at: range,
        remedy: batch.map { "take fewer images a step: batch \($0)" } ?? "make its layers narrower")
    case .noSuchStage(let word, let stage, let reason):
      complaint(
        "no-such-graph", "there is no graph of \(word.text) \(stage): \(reason)", at: word.range,
        remedy: "show graph \(word.text) shows it as it is")
    case .nothingToConvert(let verb, let floatModel):
      complaint(
        "nothing-to-convert", "there is no QAT model to convert", at: verb.range,
        remedy: floatModel.map { "quantize one first: qat student with kd(\($0), DecoupledKD, 0.5)" }
          ?? "train and quantize one first: teacher = train resnet18, then qat student with kd(teacher)")
    case .nothingToStartFrom(let verb):
      complaint(
        "nothing-to-start-from", "there is no trained float model to start from", at: verb.range,
        remedy: "train one first: teacher = train resnet18")
    case .nothingToCompare(let verb):
      complaint(
        "nothing-to-compare", "there is no model to compare", at: verb.range,
        remedy: "train one first: teacher = train resnet18")
    case .noDenseLayer(let word):
      complaint(
        "no-dense-layer", "\(word.text) has no dense layer, and dynamic quantization does those alone",
        at: word.range, remedy: "quantize its convolutions with fixed ranges: ptq \(word.text)")
    case .nothingToRescale(let word):
      complaint(
        "nothing-to-rescale",
        "no channel of \(word.text) can be scaled between two layers without changing what it computes",
        at: word.range,
        remedy: "take a network in which one layer alone reads another, such as "
          + "conv(16, 3) > bn > relu > conv(32, 3) > relu > fc(10)")
    case .notRepeatable(let verb, let model, let reason):
      complaint(
        "not-repeatable", "\(model) can't be trained again with other seeds: \(reason)", at: verb.range,
        remedy: "name the models that can, or leave seeds out")
    case .budgetTooSmall(let range, let model, let budget, let least, let plain):
      complaint(
        "budget-too-small",
        "\(model) does not fit into \(size(budget)): it takes \(size(least)) with 2-bit weights in every layer, and "
          + "there is no width below", at: range, label: "\(size(plain)) with 8 bits",
        remedy: "allow it at least \(size(least)), or take a smaller network")
    case .budgetNeedless(let range, let model, let budget, let least, let plain):
      complaint(
        "budget-needless",
        "\(model) fits into \(size(budget)) as it is: it takes \(size(plain)) with 8 bits in every layer",
        at: range, label: "\(size(least)) with 2-bit weights",
        remedy: "quantize it to 8 bits: student = qat from \(model)")
    case .noneFits(let verb, let models, let data, let name):
      complaint(
        "nothing-to-compare", "none of \(sentence(models)) takes images as \(name) has them: \(data)",
        at: verb.range, remedy: "go back to the data of one: models tells which; data NAME chooses it")
    }
  }

  private func unknownVersion(
    _ word: Word, _ name: String, _ versions: [Int], current: Int?
  ) -> Diagnostic {
    let shown = versions.count > 12 ? Array(versions.suffix(12)) : versions
    let list = sentence(shown.map { "\(name)@\($0)" + ($0 == current ? " (the current one)" : "") })
    let near = (current.flatMap { versions.contains($0) ? $0 : nil } ?? versions.last).map { "\(name)@\($0)" }
    return complaint(
      "unknown-version", "\(quoted(name)) has no version \(word.text.dropFirst(name.count + 1))",
      at: word.range,
      label: shown.count < versions.count
        ? "the last ones are \(list)" : "there \(versions.count == 1 ? "is" : "are") \(list)",
      remedy: "models \(name) lists them", suggestion: near)
  }

  private func size(_ bytes: Int) -> String { byteCount(Double(bytes)) }

  private func unsupported(
    _ range: SourceRange, _ network: String, _ failure: Rehearsal.Failure
  ) -> Diagnostic {
    let what = failure.node.map { "layer \($0) of \(network)" } ?? network
    return switch failure.stage {
    case .training:
      complaint(
        "unsupported-network", "\(what) can't be trained: \(failure.reason)", at: range,
        remedy: "write the network in another way, such as conv(16, 3) > bn > relu > fc(10)")
    case .quantization:
      complaint(
        "not-quantizable", "\(what) can't be quantized: \(failure.reason)", at: range,
        remedy: "write the network in another way, such as conv(16, 3) > bn > relu > fc(10)")
    }
  }

  /// Larger images help where a window does not fit, and nowhere else.
  private func layerRemedy(_ reason: String) -> String {
    reason.contains("does not fit")
      ? "make the images larger, as in data fashion-mnist size 64, or leave out a pool or a stride before it"
      : "change the layer so that it takes what the one before it gives"
  }

  private func wrongKind(
    _ word: Word, _ kind: Model.Kind, _ wanted: [Model.Kind], _ floatModel: String?
  ) -> Diagnostic {
    let message =
      "\(word.text) is \(kind.article), but this takes " + sentence(wanted.map(\.article), "or")
    let remedy: String? =
      switch (kind, wanted.first) {
      case (.float, .fakeQuantized): "quantize it first: qat student with kd(\(word.text), DecoupledKD, 0.5)"
      case (.integer, .fakeQuantized), (.dynamic, .fakeQuantized):
        "it is integers already; name the QAT model that it came from"
      case (.fakeQuantized, .float), (.integer, .float), (.dynamic, .float):
        floatModel.map { "name the float model that it was made from: \($0)" }
          ?? "name a float model, such as one that train has made"
      case (_, .integer): "convert a QAT model first: convert \(word.text)"
      case (_, .dynamic): "quantize its dense layers first: dynamic \(word.text)"
      case (_, nil), (.float, .float), (.fakeQuantized, .fakeQuantized): nil
      }
    return complaint("wrong-model-kind", message, at: word.range, remedy: remedy)
  }
}
