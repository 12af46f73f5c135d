import Datasets
import GraphIR
import Language
import Quantization
import Text
import Training

/// One output of a layer of an integer model that is known to fit the data.
struct PlannedIntegerOutput {
  var subject: IntegerSubject
  var data: ChosenData
  /// From 1 on.
  var image: Int
  /// Nil for the strongest output among those that are left open.
  var channel, row, column: Int?
  var verb: Word

  func run(_ workspace: Workspace, _ console: Console) throws -> PlanEnding {
    if let note = data.note { console.note(note) }
    if subject.isNewest {
      console.note("\(subject.name): \(subject.entry.name) is the newest integer model with that layer")
    }
    if let note = foreignData(subject.entry, data) { console.note(note) }
    let model = try workspace.weights(of: subject.entry.name, forLooking: true)
    let test = data.dataset.test
    let microscope = try runningTraining(verb) {
      try IntegerMicroscope(subject.id, of: model, image: image - 1, of: test, in: data.dataset)
    }
    guard let microscope else {
      console.text("\(subject.name) is not computed from codes")
      return .done
    }
    let place = microscope.strongest(channel: channel, row: row, column: column)
    guard let output = microscope.output(at: place) else { return .done }
    console.text(title(place, label: data.dataset.classNames[Int(test.labels[image - 1])]))
    if channel == nil || row == nil && subject.node.shape.spatial > 1 {
      let at = subject.node.shape.spatial > 1 ? " at \(place.row),\(place.column)" : ""
      console.note("not written, so the strongest output is shown: channel \(place.channel)\(at)")
    }
    let report = IntegerOutputReport(output: output, name: subject.name)
    console.text(report.grids)
    console.put(.table(report.products))
    console.put(.table(report.steps))
    let kernel = Kernel(code: microscope.kernelCode(at: place), value: microscope.kernelValue(at: place))
    try showTwin(of: output, kernel, place, workspace, console)
    console.text(verdict(output, kernel))
    console.metrics(of: output, kernel, subject.name)
    return .done
  }

  private func title(_ place: OutputPlace, label: String) -> String {
    let shape = subject.node.shape
    let at = shape.spatial == 1 ? "" : ", row \(place.row), column \(place.column)"
    return "\(subject.name), \(subject.node.operation.traits.words)\non test image \(image) (\(label)): "
      + "channel \(place.channel)\(at) of its \(shape)"
  }

  /// What the engine gave.
  fileprivate struct Kernel {
    var code: Int?
    var value: Float
  }

  /// The same number in the model that the integers were made from.
  private func showTwin(
    of output: IntegerOutput, _ kernel: Kernel, _ place: OutputPlace, _ workspace: Workspace,
    _ console: Console
  ) throws {
    var rows: [[Table.Cell]] = [
      [
        .text("\(subject.entry.name), by hand"), output.code.map { .plain($0) } ?? .blank,
        .number(output.value),
      ],
      [
        .text("\(subject.entry.name), its kernel"), kernel.code.map { .plain($0) } ?? .blank,
        .number(kernel.value),
      ],
    ]
    let twins = [Model.Kind.fakeQuantized, .float].compactMap {
      workspace.origin(of: subject.entry, kind: $0)
    }
    let scaled = subject.entry.weightRepairs
    for twin in twins {
      let values = try runningTraining(verb) {
        try twinValues(
          of: subject.node, in: try workspace.weights(of: twin.name), image: image - 1,
          of: data.dataset.test, data: data.dataset)
      }
      guard let values else { continue }
      let value = values[
        (place.channel * subject.node.shape.height + place.row) * subject.node.shape.width + place.column]
      let code =
        twin.kind == .fakeQuantized ? output.output.map { Table.Cell.plain($0.code(of: value)) } : nil
      rows.append([
        .text("\(twin.name), \(twin.kind == .float ? "in float" : "fake-quantized")"), code ?? .blank,
        .number(value),
      ])
      console.metric(subject.name, twin.kind == .float ? "float_value" : "fake_quant_value", Double(value))
    }
    console.put(
      .table(
        Table(
          title: "the same number",
          columns: [
            Table.Column("computed by"), Table.Column("code", .right), Table.Column("value", .right),
          ],
          rows: rows)))
    if twins.isEmpty {
      console.note("what \(subject.entry.name) was made from is not in the session any more")
    }
    if !twins.isEmpty, !scaled.isEmpty {
      console.note(
        "\(sentence(scaled)) changed the weights before they were rounded, so inner values of the float model may "
          + "differ from these by more than rounding")
    }
  }

  private func verdict(_ output: IntegerOutput, _ kernel: Kernel) -> String {
    guard let code = output.code, let found = kernel.code else {
      return abs(output.value - kernel.value) <= 1e-5 * max(abs(output.value), 1)
        ? "the kernel gives the same" : "the kernel gives \(number(kernel.value)), which is not the same"
    }
    if code == found { return "the kernel gives the same code, \(found)" }
    return output.distanceFromEdge < 1e-3
      ? "the kernel gives \(found): the sum lies on the edge between two codes, where the last bit of float "
        + "arithmetic decides"
      : "the kernel gives \(found), which is not the same"
  }
}

extension Console {
  fileprivate func metrics(of output: IntegerOutput, _ kernel: PlannedIntegerOutput.Kernel, _ name: String) {
    metric(name, "products", Double(output.products))
    metric(name, "sum", Double(output.sum))
    metric(name, "multiplier", Double(output.multiplier))
    metric(name, "steps", Double(output.activated))
    if let code = output.code { metric(name, "code", Double(code)) }
    metric(name, "value", Double(output.value))
    if let code = kernel.code { metric(name, "kernel_code", Double(code)) }
    metric(name, "kernel_value", Double(kernel.value))
  }
}
