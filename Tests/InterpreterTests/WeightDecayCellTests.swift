import Execution
import Foundation
import GraphIR
import Interpreter
import Language
import SessionStore
import Testing
import Training

/// `optimizer adamw` and `bound-decay` from the cell to the record, and what is said of decay.
@Suite(.serialized) struct WeightDecayCellTests {
  private static let setting = """
    data shapes limit 48 test 16 size 16
    model tiny = conv(4, 3) > bn > relu > pool(2) > fc(10)
    """

  private func scene() throws -> Scene {
    let scene = try Scene()
    scene.run(Self.setting)
    return scene
  }

  @Test(arguments: [
    "a = train tiny epochs 1 batch 16 optimizer adamw",
    "a = distill tiny with kd(teacher, SoftTarget) epochs 1 batch 16 optimizer adamw",
    "a = qat from teacher epochs 1 batch 16 optimizer adamw",
  ])
  func adamWHasItsUsualDecayAndIsRecorded(cell: String) throws {
    let scene = try scene()
    scene.run("teacher = train tiny epochs 1 batch 16")
    let (result, outputs) = scene.run(cell)
    try #require(result.status == .ok, "\(result.diagnostics)")
    #expect(outputs.words.contains("optimizer adamw, decay 0.01, seed 0"))
    #expect(
      outputs.words.contains("each step takes lr · 0.01 off every weight; biases and batch norm have none"))
    let run = try #require(try scene.store.runs().last)
    #expect(run.settings["optimizer"] == "adamw" && run.settings["decay"] == "0.01")
    let rows = try #require(scene.run("show run").1.tables.first).texts
    #expect(rows.contains(["optimizer", "adamw"]) && rows.contains(["decay", "0.01"]))
  }

  @Test func theSettingComesBackWithTheSessionAndGoesWithUndo() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func run(_ cells: String...) throws -> [Output] {
      let interpreter = try Interpreter(sessionFolder: folder)
      var outputs: [Output] = []
      for cell in cells {
        let result = interpreter.execute(cell, cancellation: Cancellation()) { outputs.append($0) }
        try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
      }
      return outputs
    }
    _ = try run(Self.setting, "a = train tiny epochs 1 batch 16 optimizer adamw decay 0.3")
    #expect(try run("show a").words.contains("optimizer adamw, decay 0.3"))
    // The recipe is read back: the run with its own seed gives the model's own accuracy.
    let compared = try run("compare a seeds 2").tables
    #expect(compared.last?.texts.first?[2] == compared.first?.texts.first?[2])
    #expect(try run("train a epochs 1 batch 16 optimizer adamw decay 0.3").words.contains("a goes on"))
    _ = try run("undo", "undo")
    #expect(try run("models").tables.first?.texts.isEmpty ?? true)
  }

  @Test(.enabled(if: TrainingPrecision.bfloat16.isSupported))
  func itTrainsInHalfPrecisionToo() throws {
    let scene = try scene()
    scene.run("set precision bf16")
    let (result, outputs) = scene.run("a = train tiny epochs 1 batch 16 optimizer adamw")
    #expect(result.status == .ok)
    #expect(outputs.words.contains("precision bf16"))
  }

  /// A strong decay leaves less of the weights, at the same data and seed.
  @Test func decayShrinksTheWeights() throws {
    let scene = try scene()
    func norm(_ name: String) throws -> Float {
      let model = try #require(try scene.store.model(named: name))
      let weights = try #require(try scene.store.parameters(of: model)["conv1.weight"]).floats
      return weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    for (name, decay) in [("none", "0"), ("strong", "1")] {
      let cell =
        "\(name) = train tiny epochs 2 batch 16 lr 0.02 schedule constant optimizer adamw decay \(decay)"
      try #require(scene.run(cell).0.status == .ok)
    }
    #expect(try norm("strong") < 0.95 * norm("none"))
  }

  @Test(arguments: [
    ("train tiny epochs 1 batch 16 decay 0.1", "L2 of every weight, bias, γ and β"),
    (
      "train tiny epochs 1 batch 16 optimizer sgd decay 0.1",
      "L2, added to the gradient of every weight, bias, γ and β"
    ),
  ])
  func whatDecayMeansIsSaidWhereThereIsSome(cell: String, words: String) throws {
    #expect(try scene().run(cell).1.words.contains(words))
    #expect(!(try scene().run("train tiny epochs 1 batch 16").1.words.contains("L2")))
  }

  @Test func theDecayOfClippingBoundsIsSaidAndMayBeSet() throws {
    let scene = try scene()
    scene.run("teacher = train tiny epochs 1 batch 16")
    let usual = scene.run("qat a from teacher epochs 1 batch 16 bits 4 scheme pact").1.words
    #expect(usual.contains("backend x86, bound-decay 0.0001, observer-freeze"))
    let (set, outputs) = scene.run("qat b from teacher epochs 1 batch 16 bits 4 scheme pact bound-decay 0.02")
    #expect(set.status == .ok && outputs.words.contains("bound-decay 0.02"))
    #expect(try scene.store.runs().last?.settings["bound-decay"] == "0.02")
    #expect(
      !scene.run("qat c from teacher epochs 1 batch 16 bits 4 scheme lsq").1.words.contains("bound-decay"))
    let cell = "qat d from teacher bits 4 bound-decay 0.02"
    #expect(scene.run(cell).0.diagnostics.map(\.id) == ["pointless-option"])
    #expect(scene.picture(cell).contains("scheme pact"))
  }

  /// λ alone moves a bound beyond which nothing lies: with adam by the learning rate, whatever λ is.
  @Test func explainPactSaysWhatHappensToABound() throws {
    let scene = try scene()
    scene.run("teacher = train tiny epochs 1 batch 16")
    func bound(_ options: String) throws -> Float {
      let cell =
        "m = qat from teacher epochs 1 batch 48 lr 0.001 schedule constant bits 8 scheme pact " + options
      try #require(scene.run(cell).0.status == .ok)
      let model = try #require(try scene.store.model(named: "m"))
      let parameters = try scene.store.parameters(of: model)
      return try #require(parameters["relu1.activation_post_process.alpha"]).floats[0]
    }
    let start = try bound("optimizer sgd momentum 0 bound-decay 0")
    for decay in ["1e-4", "1e-2"] {
      #expect(abs(try bound("bound-decay \(decay)") - (start - 0.001)) < 2e-4)
      #expect(abs(try bound("optimizer adamw decay 0 bound-decay \(decay)") - start) < 1.1e-3)
    }
  }
}
