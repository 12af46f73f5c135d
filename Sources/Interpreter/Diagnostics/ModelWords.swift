import GraphIR
package import Language

extension ModelError: DiagnosedError {
  package var diagnostic: Diagnostic {
    switch self {
    case .unknownModel(let word, let known):
      unknownName(
        "unknown-model", "no model is called \(quoted(word.text))", word, known: known, noun: "model")
    case .wrongModelKind(let word, let kind, let wanted): wrongKind(word, kind, wanted)
    case .unknownNetwork(let word, let definitions, let models):
      unknownName(
        "unknown-network", "no architecture, network or model is called \(quoted(word.text))", word,
        known: Architecture.all.map(\.name) + definitions + models, noun: "network")
    case .layerDoesNotFit(let range, let network, let layer, let reason, let input):
      complaint(
        "layer-does-not-fit", "layer \(layer) of \(network) does not fit: \(reason)", at: range,
        label: "its images are \(input)",
        remedy: "make the images larger (data NAME size 32), or the network smaller")
    case .classesDiffer(let word, let model, let data, let name):
      complaint(
        "classes-differ",
        "\(word.text) tells \(model) classes apart, but \(name) has \(data)", at: word.range,
        remedy: "train it on this data, or go back to its data with: data NAME")
    case .inputDiffers(let word, let model, let data, let name):
      complaint(
        "input-differs", "\(word.text) takes images of \(model), but \(name) has \(data)",
        at: word.range, remedy: "train it on this data, or choose its data with: data NAME size S")
    case .outputsDiffer(let range, let network, let outputs, let classes, let name):
      complaint(
        "classes-differ", "\(network) ends with \(outputs) outputs, but \(name) has \(classes) classes",
        at: range, remedy: "end the chain with fc(\(classes))")
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
    }
  }

  private func wrongKind(_ word: Word, _ kind: Model.Kind, _ wanted: [Model.Kind]) -> Diagnostic {
    let message =
      "\(word.text) is \(kind.article), but this takes " + sentence(wanted.map(\.article), "or")
    let remedy: String? =
      switch (kind, wanted.first) {
      case (.float, .fakeQuantized): "quantize it first: qat student with kd(\(word.text), DecoupledKD, 0.5)"
      case (.integer, .fakeQuantized): "it is integers already; name the QAT model that it came from"
      case (.fakeQuantized, .float), (.integer, .float): "name the float model that it was made from"
      case (_, .integer): "convert a QAT model first: convert \(word.text)"
      case (_, nil), (.float, .float), (.fakeQuantized, .fakeQuantized): nil
      }
    return complaint("wrong-model-kind", message, at: word.range, remedy: remedy)
  }
}
