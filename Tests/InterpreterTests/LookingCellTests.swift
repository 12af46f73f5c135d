import Execution
import Interpreter
import Language
import SessionStore
import Testing
import Training

/// Cells that look at a model's values and grids, on a small network that was trained for a moment.
@Suite(.serialized) struct LookingCellTests {
  private func scene(_ cells: String...) throws -> Scene {
    let scene = try Scene()
    let setting = [
      "data shapes limit 512 test 64 size 16",
      "model tiny = conv(8, 3) > bn > relu > pool(2) > conv(16, 3) > relu > fc(10)",
      "teacher = train tiny epochs 1",
    ]
    for cell in setting + cells {
      let (result, _) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
    }
    return scene
  }

  private let observers = ["minmax", "moving_average", "histogram", "percentile", "entropy", "mse"]

  @Test func aHistogramShowsWeightsAndOutputsWithEveryObserver() throws {
    let scene = try scene()
    let before = try scene.state()
    let (result, outputs) = scene.run("histogram teacher.conv1")
    try #require(result.status == .ok, "\(result.diagnostics)")
    #expect(try scene.state() == before)
    let plots = outputs.compactMap { if case .histogram(let plot) = $0 { plot } else { nil } }
    #expect(plots.count == 2 && outputs.tables.count == 2)
    // 8 filters of 1×3×3, and 8×16×16 activations of 256 images.
    #expect(plots.map { $0.counts.reduce(0, +) } == [72, 8 * 16 * 16 * 256])
    #expect(plots[1].title.contains("after batch norm and relu"))
    for part in ["weights", "outputs"] {
      for key in observers {
        for figure in ["minimum", "maximum", "scale", "zero_point", "clipped", "sqnr_db"] {
          #expect(result.values["teacher.conv1.\(part).\(key).\(figure)"] != nil, "\(part) \(key) \(figure)")
        }
      }
      // Nothing is clipped where the range holds all; the search for the least error finds no more of it.
      #expect(result.values["teacher.conv1.\(part).minmax.clipped"] == 0)
    }
    let names = plots.flatMap(\.markers).map(\.name).joined(separator: ", ")
    for name in ["minmax", "moving-average", "histogram", "percentile", "entropy", "mse"] {
      #expect(names.contains(name))
    }
  }

  /// Calibration goes another way to the same ranges.
  @Test(arguments: ["minmax", "moving-average", "histogram", "percentile", "entropy", "mse"])
  func theRangesAreThoseOfCalibration(observer: String) throws {
    let scene = try scene("baseline = ptq teacher observer \(observer) calibration 8")
    let key = String(observer.map { $0 == "-" ? "_" : $0 })
    let shown = scene.run("histogram teacher.conv2").0.values
    let inspected = scene.run("inspect baseline.conv2").0.values
    #expect(
      shown["teacher.conv2.outputs.\(key).scale"] == inspected["baseline.conv2.output_scale"]
        && shown["teacher.conv2.outputs.\(key).scale"] != nil)
    // The weights have a scale an output by minmax, whatever watches the activations.
    #expect(
      shown["teacher.conv2.weights.per_channel.sqnr_db"].map { Float($0) }
        == inspected["baseline.conv2.sqnr_db"].map { Float($0) })
  }

  @Test(arguments: [
    "teacher.conv1", "teacher.conv2 bits 4", "teacher.fc", "student.conv2", "student.conv1 bits 8",
  ])
  func theConclusionTakesEveryRowIntoAccountAndNamesTies(what: String) throws {
    let scene = try scene("qat student from teacher epochs 1 bits 4")
    let (result, outputs) = scene.run("histogram " + what)
    try #require(result.status == .ok, "\(result.diagnostics)")
    let notes = outputs.words.split(separator: "\n").filter { $0.contains("least is lost with") }
    try #require(notes.count == 2 && outputs.tables.count == 2)
    for (table, note) in zip(outputs.tables, notes) {
      let ratios = table.rows.compactMap { row in row.last?.number }
      let best = try #require(ratios.max())
      let equal = table.rows.filter { $0.last?.number == best }
      for row in equal { #expect(note.contains(row[0].text), "\(note)") }
      let last = try #require(equal.last)
      #expect(note.contains("\(last[0].text), \(last.last?.text ?? "")"), "\(note)")
      #expect(note.contains("which is no bound") && !note.contains("reach"))
    }
  }

  @Test func aQATModelHasItsOwnRangesBesideThoseOfObservers() throws {
    let scene = try scene("qat student from teacher epochs 1 bits 4")
    let shown = scene.run("histogram conv2")
    #expect(shown.1.words.contains("student.conv2: student is the newest model with that layer"))
    let inspected = scene.run("inspect student.conv2").0.values
    #expect(shown.0.values["student.conv2.outputs.own.scale"] == inspected["student.conv2.output_scale"])
    #expect(shown.0.values["student.conv2.weights.own.scale"] == inspected["student.conv2.scale"])
    #expect(shown.1.tables.map(\.title) == ["weights on -7…7, 4 bits", "outputs on 0…15, 4 bits"])
    let wide = scene.run("histogram student.conv2 bits 8").1.tables
    // Where byte products saturate, activations keep to 7 bits.
    let outputs = Processor.hasExactByteProducts ? "0…255, 8 bits" : "0…127, 7 bits"
    #expect(wide.map(\.title) == ["weights on -127…127, 8 bits", "outputs on \(outputs)"])
    #expect(wide[0].texts.last?.first == "student itself, 4 bits")
  }

  @Test func stoppingAHistogramIsTold() throws {
    let cancellation = Cancellation()
    cancellation.cancel()
    #expect(try scene().run("histogram teacher.conv1", cancellation: cancellation).0.status == .interrupted)
  }

  @Test func anIntegerModelIsInspectedBesideItsSource() throws {
    let scene = try scene("qat student from teacher epochs 1 bits(conv2: 4, rest: 8)", "convert student")
    let trained = scene.run("inspect student").0.values
    let (result, outputs) = scene.run("inspect student-int8")
    for layer in ["conv1", "conv2", "fc"] {
      for figure in ["sqnr_db", "clipped", "scale"] {
        let own = try #require(trained["student.\(layer).\(figure)"])
        let integers = try #require(result.values["student-int8.\(layer).\(figure)"])
        #expect(abs(own - integers) <= 1e-4 * max(abs(own), 1e-3), "\(layer) \(figure)")
      }
    }
    #expect(
      try #require(outputs.tables.first).texts.map { $0[1] }
        == ["int8, one a byte", "int4, two a byte", "int8, one a byte"])
    #expect(outputs.words.contains("are those of student"))
    _ = scene.run("forget student")
    let alone = scene.run("inspect student-int8.conv2")
    // Its version is there as long as something was made from it.
    #expect(alone.1.words.contains("are those of student@1"))
    #expect(
      alone.0.values["student-int8.conv2.sqnr_db"] == result.values["student-int8.conv2.sqnr_db"])
    #expect(alone.0.values["student-int8.conv2.scale"] == result.values["student-int8.conv2.scale"])
  }

  @Test func onlyWeightsThatWereRoundedAreComparedWith() throws {
    let scene = try scene(
      "baseline = ptq teacher", "level = ptq teacher equalize", "half = ptq teacher keep(fc: bf16)",
      "small = dynamic teacher")
    #expect(scene.run("inspect baseline").0.values["baseline.fc.sqnr_db"] != nil)
    let (equalized, outputs) = scene.run("inspect level")
    #expect(equalized.values["level.fc.sqnr_db"] == nil && equalized.values["level.fc.scale"] != nil)
    #expect(outputs.words.contains("equalize changed the weights of teacher"))
    #expect(scene.run("inspect half.fc").1.tables.first?.texts.first?.prefix(3) == ["fc", "bf16", "float"])
    let dynamic = scene.run("inspect small").0.values
    #expect(dynamic["small.fc.sqnr_db"] != nil && dynamic["small.conv1.scale"] == nil)
    let beside = scene.run("inspect baseline").0.values["baseline.fc.sqnr_db"]
    _ = scene.run("train teacher epochs 1")
    let (later, words) = scene.run("inspect baseline")
    #expect(words.words.contains("are those of teacher@1"))
    #expect(later.values["baseline.fc.sqnr_db"] == beside)
  }

  @Test func theObserversOfAQATModelAreTold() throws {
    let scene = try scene(
      "qat student from teacher epochs 2 batch 64", "qat open from teacher epochs 1 observer-freeze 1",
      "qat learned from teacher epochs 1 scheme lsq")
    let (result, outputs) = scene.run("inspect student")
    #expect(outputs.words.contains("the observers are frozen since step"))
    #expect(result.values["student.conv1.observed_minimum"] == 0)
    #expect(scene.run("inspect open").1.words.contains("the observers were never frozen"))
    #expect(!scene.run("inspect learned").1.words.contains("observers"))
  }

  @Test(arguments: [
    ("inspect teacher", "wrong-model-kind", "histogram teacher.conv1"),
    ("inspect teacher.fc", "wrong-model-kind", "sensitivity teacher"),
    ("inspect student.conv9", "unknown-layer", "did you mean \"conv1\""),
    ("histogram student", "missing-layer", "student.conv1, student.conv2 or student.fc"),
    ("histogram student-int8.conv1", "wrong-model-kind", "teacher"),
    ("histogram cnv1", "unknown-topic", "did you mean \"conv1\""),
    ("histogram nobody.conv1", "unknown-topic", "conv1"),
    ("histogram student.conv1 bits 1", "out-of-range", "2"),
    ("histogram student.conv1 calibration 0", "out-of-range", ""),
  ])
  func whatHasNothingToSeeIsRefused(cell: String, id: String, words: String) throws {
    let scene = try scene("qat student from teacher epochs 1", "convert student")
    #expect(scene.run(cell).0.diagnostics.first?.id == id)
    #expect(words.isEmpty || scene.picture(cell).contains(words), "\(scene.picture(cell))")
  }

  @Test func helpSaysHowABudgetChoosesWidths() throws {
    #expect(try Scene().run("help budget").1.words.contains("measures each layer at 7 to 2 bits"))
  }

  @Test func layersAreOffered() throws {
    let scene = try Scene()
    try scene.addModel("teacher")
    let (_, candidates) = scene.interpreter.completions(in: "histogram teacher.c", at: 19)
    #expect(candidates.map(\.text) == ["teacher.conv1", "teacher.conv2"])
  }
}

extension LookingCellTests {
  @Test func aLayersQuantizerIsDrawnWithItsRangeAndWhatItClips() throws {
    let scene = try scene("qat student from teacher epochs 1")
    let (result, outputs) = scene.run("show fake-quant student.conv2")
    try #require(result.status == .ok, "\(result.diagnostics)")
    let inspected = scene.run("inspect student.conv2").0.values
    #expect(result.values["student.conv2.outputs.scale"] == inspected["student.conv2.output_scale"])
    #expect(result.values["student.conv2.outputs.zero_point"] == inspected["student.conv2.output_zero_point"])
    #expect(result.values["student.conv2.weights.clipped"] == inspected["student.conv2.clipped"])
    let shares = scene.run("histogram student.conv2").0.values
    #expect(result.values["student.conv2.outputs.clipped"] == shares["student.conv2.outputs.own.clipped"])
    #expect(outputs.words.contains("the observer came to 0…"))
    #expect(outputs.count { if case .curve = $0 { true } else { false } } == 3)
  }

  @Test func aModelOfASessionWithoutRecipesIsKnownByItsSettings() throws {
    let scene = try scene("level = ptq teacher equalize")
    let record = try #require(try scene.store.model(named: "level"))
    let parameters = try scene.store.parameters(of: record)
    var details = record.details
    try #require(details.removeValue(forKey: "post_training_recipe") != nil)
    try scene.store.transaction {
      _ = try $0.saveModel(
        name: "level", kind: record.kind, graph: record.graph, parameters: parameters, details: details)
    }
    #expect(scene.run("inspect level").1.words.contains("equalize changed the weights of teacher"))
    let compared = try #require(scene.run("compare level").1.tables.first)
    #expect(compared.texts.map { $0[1] } == ["FP32", "PTQ, int8"])
  }

  @Test func logitsHaveNoQuantizerAndTrainedScalesSaySo() throws {
    let scene = try scene("qat student from teacher epochs 1 scheme lsq bits 4")
    #expect(scene.run("show fake-quant student.fc").1.words.contains("no quantizer behind it"))
    #expect(scene.run("show fake-quant conv2").1.words.contains("is trained (LSQ)"))
  }

  @Test(arguments: [
    ("show fake-quant teacher.conv1", "wrong-model-kind", ""),
    ("show fake-quant student", "missing-layer", "student.conv1"),
    ("show fake-quant student.conv9", "unknown-layer", "conv1"),
    ("show fake-quant student.conv1 bits 4", "pointless-option", "range -1 2 bits"),
    ("show fake-quant student.conv1 7", "unexpected-value", "leave out"),
  ])
  func aQuantizerIsThatOfALayerOfAQATModel(cell: String, id: String, words: String) throws {
    let scene = try scene("qat student from teacher epochs 1")
    #expect(scene.run(cell).0.diagnostics.first?.id == id)
    #expect(words.isEmpty || scene.picture(cell).contains(words), "\(scene.picture(cell))")
  }
}
