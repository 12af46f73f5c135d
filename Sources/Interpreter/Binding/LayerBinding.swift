import GraphIR
import Language
import Text

/// A kind of layer that a chain may hold: its name, what help says, its arguments, and the layer of them.
struct LayerForm: Sendable {
  var name: String
  var summary: String
  var parameters: [CallParameter]
  var make: @Sendable (LayerValues) -> Layer

  static let all: [LayerForm] = sums + Activation.catalogue.map(LayerForm.init) + others

  private static let sums: [LayerForm] = [
    LayerForm(
      name: "conv", summary: "convolution: outputs, kernel, stride 1, padding half the kernel, groups 1",
      parameters: [
        .count("outputs"), .count("kernel", 1...64, otherwise: 3), .count("stride", 1...64, otherwise: 1),
        .count("padding", 0...64, isOptional: true), .count("groups", otherwise: 1),
      ]
    ) {
      .convolution(
        outputs: $0.count("outputs") ?? 1, kernel: $0.count("kernel") ?? 3, stride: $0.count("stride") ?? 1,
        padding: $0.count("padding"), groups: $0.count("groups") ?? 1)
    },
    LayerForm(name: "bn", summary: "batch normalisation", parameters: []) { _ in .batchNorm },
  ]

  private static let others: [LayerForm] = [
    LayerForm(
      name: "pool", summary: "maximum over windows: size 2, stride the size, padding 0",
      parameters: windowParameters
    ) { .pool(pooling(.maximum, $0)) },
    LayerForm(
      name: "avgpool", summary: "average over windows: size 2, stride the size, padding 0",
      parameters: windowParameters
    ) { .pool(pooling(.average, $0)) },
    LayerForm(name: "globalpool", summary: "average over the whole plane", parameters: []) { _ in
      .pool(.globalAverage)
    },
    LayerForm(name: "flatten", summary: "image to vector", parameters: []) { _ in .flatten },
    LayerForm(name: "fc", summary: "fully connected layer: outputs", parameters: [.count("outputs")]) {
      .dense(outputs: $0.count("outputs") ?? 1)
    },
    LayerForm(
      name: "dropout", summary: "zeros at random while training: their share, 0.5",
      parameters: [
        CallParameter(label: "rate", kind: .real(.partOfOne), isOptional: true, otherwise: 0.5)
      ]
    ) { .dropout(rate: Float($0.values["rate"] ?? 0.5)) },
  ]

  static let choices = all.map { Choice($0.name, $0.summary) }

  private static let windowParameters: [CallParameter] = [
    .count("size", 1...64, otherwise: 2), .count("stride", 1...64, isOptional: true),
    .count("padding", 0...32, otherwise: 0),
  ]

  private static func pooling(_ kind: Pooling.Kind, _ values: LayerValues) -> Pooling {
    Pooling(
      kind, kernel: values.count("size") ?? 2, stride: values.count("stride"),
      padding: values.count("padding") ?? 0)
  }
}

extension LayerForm {
  init(_ form: ActivationForm) {
    self.init(
      name: form.name, summary: form.summary,
      parameters: form.parameters.map {
        CallParameter(
          label: $0.label, kind: .real(.partOfOne), isOptional: true,
          // Of its shortest spelling: a float's own digits in double precision are not what anyone writes.
          otherwise: Double("\($0.otherwise)"))
      }
    ) { values in
      .activation(form.make(form.parameters.map { Float(values.values[$0.label] ?? Double($0.otherwise)) }))
    }
  }
}

/// The arguments of a layer by label, written or default.
struct LayerValues: Sendable {
  var values: [String: Double] = [:]

  func count(_ label: String) -> Int? { values[label].map { Int(clamping: $0) } }
}

/// An argument of a call: label, kind, and whether it may be left out.
struct CallParameter: Sendable {
  var label: String
  var kind: ValueKind
  var isOptional: Bool
  var otherwise: Double?

  static func count(
    _ label: String, _ range: ClosedRange<Int> = 1...65_536, otherwise: Int? = nil, isOptional: Bool = false
  ) -> CallParameter {
    CallParameter(
      label: label, kind: .count(range), isOptional: isOptional || otherwise != nil,
      otherwise: otherwise.map(Double.init))
  }
}

/// The layer that a call in a chain stands for.
func layer(of call: Call) throws(BindingError) -> Layer {
  guard let form = LayerForm.all.first(where: { $0.name == call.name.text }) else {
    throw .call(.unknown(call.name, noun: "layer", known: LayerForm.choices))
  }
  do throws(CallError) {
    let written = try placed(call, parameters: form.parameters)
    var bound = LayerValues()
    for parameter in form.parameters {
      if let expression = written[parameter.label] {
        bound.values[parameter.label] = try number(expression, parameter, call: call.name.text)
      } else if let otherwise = parameter.otherwise {
        bound.values[parameter.label] = otherwise
      } else if !parameter.isOptional {
        throw .missing(call: call, what: parameter.label, example: "\(form.name)(16)")
      }
    }
    return form.make(bound)
  } catch {
    throw .call(error)
  }
}

/// The arguments of a call by label; positional ones come before, in the parameters' order.
private func placed(_ call: Call, parameters: [CallParameter]) throws(CallError) -> [String: Expression] {
  let labels = parameters.map(\.label)
  var written: [String: Expression] = [:]
  for (index, argument) in call.arguments.enumerated() {
    let label: String
    if let word = argument.label {
      guard labels.contains(word.text) else {
        throw .unknownLabel(word, call: call.name.text, known: labels)
      }
      label = word.text
    } else {
      guard index < labels.count else {
        throw .tooMany(argument.range, call: call.name.text, labels: labels)
      }
      label = labels[index]
    }
    guard written[label] == nil else {
      throw .repeated(argument.range, label: label, call: call.name.text)
    }
    written[label] = argument.value
  }
  return written
}

private func number(
  _ expression: Expression, _ parameter: CallParameter, call: String
) throws(CallError) -> Double {
  let example = parameter.isOptional ? plain(parameter.otherwise ?? 1) : "16"
  switch checked(expression, kind: parameter.kind) {
  case .fits(.count(let value)): return Double(value)
  case .fits(.real(let value)): return value
  case .outOfRange:
    throw .outOfRange(
      expression, label: parameter.label, call: call, kind: parameter.kind, example: example)
  case .fits, .wrongKind, .unknown:
    throw .wrongKind(
      expression, label: parameter.label, call: call, kind: parameter.kind, example: example)
  }
}
