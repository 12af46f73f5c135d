import GraphIR
import Interpreter
import Language
import SessionStore
import Testing
import Training

/// Policies from the cell to the stored integer model, on a small network and drawn images.
@Suite(.serialized) struct PolicyCellTests {
  private func scene(_ cells: String...) throws -> Scene {
    let scene = try Scene()
    let setting = [
      "data shapes limit 256 test 64 size 16",
      "model tiny = conv(8, 3) > bn > relu > pool(2) > conv(16, 3) > relu > conv(16, 3) > relu > fc(10)",
      "teacher = train tiny epochs 1 batch 64",
    ]
    for cell in setting + cells {
      let (result, _) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
    }
    return scene
  }

  @Test func narrowWeightsTakeHalfTheRoomAndComeBackAsTheyWere() throws {
    let scene = try scene("qat wide from teacher epochs 1", "convert wide")
    let words = scene.run("qat narrow from teacher bits 4 epochs 1").1.words
    #expect(words.contains("conv1 and fc stay at 8 bits"))
    let (result, outputs) = scene.run("convert narrow")
    #expect(result.status == .ok)
    #expect(outputs.words.contains("weights in int4 (conv1 and fc: int8)") || outputs.words.contains("int4"))
    let sizes = try ["wide-int8", "narrow-int8"].map {
      try #require(try scene.store.model(named: $0)).byteCount
    }
    // conv2 and conv3 have 8·16·9 and 16·16·9 weights; half of a byte each is saved, the header is a little longer.
    #expect(sizes[0] - sizes[1] > (8 * 16 * 9 + 16 * 16 * 9) / 2 - 400)
    let again = scene.run("evaluate narrow-int8").0
    #expect(again.values["narrow-int8.accuracy"] == result.values["narrow-int8.accuracy"])
    #expect(try #require(result.values["narrow.agreement"]) >= 0.9)
  }

  @Test func layersThatStayInFloatAreSaidAndStoredAtTheirWidth() throws {
    let scene = try scene("qat mixed from teacher keep(conv1, fc: bf16) epochs 1")
    let (result, outputs) = scene.run("convert mixed")
    #expect(result.status == .ok)
    #expect(outputs.words.contains("computed in float: conv1 and fc (weights stored as bf16)"))
    let record = try #require(try scene.store.model(named: "mixed-int8"))
    let weights = try #require(try scene.store.parameters(of: record)["fc.weight"])
    #expect(weights.floats.allSatisfy { FloatStorage.bfloat16.rounded($0) == $0 })
  }

  @Test func theSwitchesOfARunAreKeptWithIt() throws {
    let scene = try scene("qat student from teacher bits 6 epochs 2 batch 64")
    let tables = scene.run("show run").1.tables
    let rows = try #require(tables.first).texts
    let events = try #require(rows.first { $0[0] == "events" })[1]
    #expect(events.contains("batch norm statistics frozen") && events.contains("observers frozen"))
    #expect(rows.contains(["bits", "6"]))
  }

  @Test(arguments: [
    ("teacher before prepare", "conv+bn+relu", "quantize"),
    ("teacher after prepare", "fake quantize 0…255", "int8"),
    ("student before prepare", "conv+bn+relu", "quantize"),
    ("student after prepare", "fake quantize 0…15", "int8"),
    ("student after convert", "int4 conv", "batch norm"),
    ("student-int8 after prepare", "fake quantize", "int8"),
    ("student-int8 before prepare", "batch norm", "quantize"),
    ("student-int8 after convert", "int4 conv", "batch norm"),
  ])
  func aGraphIsShownBeforeAndAfterEachRewrite(what: String, has: String, lacks: String) throws {
    let scene = try scene("qat student from teacher bits 4 epochs 1", "convert student")
    let (result, outputs) = scene.run("show graph \(what)")
    #expect(result.status == .ok)
    let text = try #require(outputs.tables.first).texts.map { $0.joined(separator: " ") }.joined(
      separator: "\n")
    #expect(text.contains(has), "\(text)")
    #expect(!text.contains(lacks), "\(text)")
  }

  @Test(arguments: [
    ("show graph teacher after convert", "no-such-graph"),
    ("show graph tiny before prepare", "no-such-graph"),
    ("show teacher after prepare", "pointless-option"),
    ("show graph teacher before convert", "unknown-choice"),
    ("show graph teacher after conversion", "unknown-choice"),
  ])
  func aStageThatIsNotThereIsRefused(cell: String, id: String) throws {
    #expect(try scene().run(cell).0.diagnostics.map(\.id) == [id])
  }
}
