import Interpreter
import Language
import SessionStore
import Testing
import Training

/// Verdicts and findings of cells that run, each with a cell that can be run.
@Suite(.serialized) struct FindingCellTests {
  private func scene(_ cells: String...) throws -> Scene {
    let scene = try Scene()
    let setting = [
      "data shapes limit 512 test 256 size 16",
      "model tiny = conv(8, 3) > bn > relu > pool(2) > conv(16, 3) > relu > fc(10)",
    ]
    for cell in setting + cells {
      let (result, _) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
    }
    return scene
  }

  private func texts(_ outputs: [Output]) -> String {
    outputs.words + "\n"
      + outputs.compactMap { if case .metric(let metric) = $0 { metric.text } else { nil } }.joined(
        separator: "\n")
  }

  /// The cells of findings can be run as they stand; an `undo` changes what the others need, and goes last.
  private func requireRunnable(_ findings: [Finding], in scene: Scene) throws {
    for finding in findings.sorted(by: { $0.cell != "undo" && $1.cell == "undo" }) {
      guard let cell = finding.cell else { continue }
      #expect(scene.run(cell).0.status == .ok, "\(finding.id): \(cell)")
    }
  }

  @Test func everyRunEndsBesideItsStart() throws {
    let scene = try scene("teacher = train tiny epochs 6 lr 0.01")
    for (cell, name) in [
      ("qat student from teacher epochs 1", "student"), ("ptq teacher", "teacher-ptq"),
      ("dynamic teacher", "teacher-dynamic"), ("convert student", "student-int8"),
      ("pupil = distill tiny with kd(teacher) epochs 1", "pupil"), ("train teacher epochs 1", "teacher"),
      ("small = budget 9 kB teacher epochs 1 images 64", "small"),
    ] {
      let (result, outputs) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
      let words = texts(outputs)
      #expect(words.contains("with 95 % confidence"), "\(cell): \(words)")
      guard let change = result.values[name + ".change_points"] else {
        #expect(name == "pupil" || cell.hasPrefix("ptq") || cell.hasPrefix("dynamic"), "\(cell)")
        continue
      }
      let low = try #require(result.values[name + ".change_low_points"])
      let high = try #require(result.values[name + ".change_high_points"])
      #expect(low <= change && change <= high && low < high)
      #expect(words.contains(low <= 0 && high >= 0 ? "within chance" : "beyond chance"))
      try requireRunnable(outputs.findings, in: scene)
    }
  }

  @Test func aRunThatForgetsWhatItKnewIsToldAndBroughtBack() throws {
    let scene = try scene("teacher = train tiny epochs 14 lr 0.01")
    let before = scene.run("evaluate teacher").0.values["teacher.accuracy"] ?? 0
    try #require(before > 0.3)
    let (result, outputs) = scene.run("train teacher epochs 1 lr 1")
    guard result.status == .ok else { return }
    let finding = try #require(outputs.findings.first)
    #expect(["accuracy-fell", "loss-exploded"].contains(finding.id))
    #expect(finding.cell == "undo")
    try requireRunnable([finding], in: scene)
    #expect(scene.run("evaluate teacher").0.values["teacher.accuracy"] == before)
  }

  @Test func batchNormOnOneValueIsToldBeforeTheRun() throws {
    let scene = try Scene()
    let setting =
      "data shapes limit 33 test 20\nmodel m = conv(8,3) > bn > relu > fc(16) > bn > relu > fc(10)"
    #expect(scene.run(setting).0.status == .ok)
    let cell = "t = train m epochs 1 batch 1"
    let (result, outputs) = scene.run(cell)
    let place = try #require(
      outputs.firstIndex {
        if case .finding(let one) = $0 { one.id == "batch-norm-on-one-value" } else { false }
      })
    let firstStep = outputs.firstIndex { if case .progress = $0 { true } else { false } } ?? outputs.count
    #expect(place < firstStep)
    let finding = try #require(outputs.findings.first)
    #expect(finding.message.hasPrefix("bn2 sees one value a channel") && finding.severity == .warning)
    #expect(finding.cell == "t = train m epochs 1 batch 32")
    // Its place is the batch, and so it is a diagnostic too.
    let diagnostic = try #require(result.diagnostics.first { $0.id == finding.id })
    let range = try #require(diagnostic.range)
    let marked = cell.utf8.dropFirst(range.lowerBound).prefix(range.upperBound - range.lowerBound)
    #expect(String(marked)?.contains("1") == true)
    #expect(scene.run("q = qat from t epochs 1 batch 1").1.findings.first?.id == finding.id)
    for other in [
      "t = train m epochs 1 batch 2",
      "model n = conv(8,3) > bn > relu > fc(10)\nu = train n epochs 1 batch 1",
    ] {
      #expect(!scene.run(other).1.findings.contains { $0.id == finding.id }, "\(other)")
    }
  }

  @Test func aCollapseUnderFewBitsOffersTheCellThatTrainsForThem() throws {
    let scene = try scene("teacher = train tiny epochs 8 lr 0.01")
    let (result, outputs) = scene.run("two = ptq teacher bits 2 per-tensor")
    try #require(result.status == .ok)
    if try #require(result.values["two.drop_low_points"]) >= 5 {
      #expect(outputs.findings.map(\.id).contains("low-bits-collapse"))
      #expect(
        outputs.findings.first { $0.id == "low-bits-collapse" }?.cell == "two-qat = qat from teacher bits 2")
    }
    try requireRunnable(outputs.findings, in: scene)
  }

  @Test func anOrdinaryRunHasNoFinding() throws {
    let scene = try scene("teacher = train tiny epochs 8 lr 0.01")
    for cell in ["qat student from teacher epochs 2", "ptq teacher", "convert student", "dynamic teacher"] {
      let (result, outputs) = scene.run(cell)
      #expect(result.status == .ok && outputs.findings.isEmpty, "\(cell): \(outputs.findings)")
    }
  }

  @Test func whatIsOfferedIsBoundAndChangesNothing() throws {
    let scene = try scene("teacher = train tiny epochs 1")
    let before = scene.interpreter.lastReads
    let (_, outputs) = scene.run("ptq teacher calibration 1 batch 1")
    #expect(outputs.findings.first?.cell == "ptq teacher calibration 256 batch 1")
    // A look at another cell adds nothing to what this one read.
    #expect(scene.interpreter.lastReads.subtracting([.model("teacher"), .data, .seed]).isEmpty, "\(before)")
  }

  @Test func constantImagesAreToldWithTheirTrueDeviation() throws {
    let words = try Scene().run("help findings").1.tables.first?.texts.map { $0[0] } ?? []
    #expect(words == FindingKind.catalogue.map(\.id))
  }
}
