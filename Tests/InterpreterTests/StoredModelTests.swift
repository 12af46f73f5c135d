import GraphIR
import Interpreter
import Language
import SessionStore
import Testing
import Training

/// Models of a session that hold what no layer reads, no number, or numbers that no cell could have written: they are
/// refused by name, and nothing else is.
@Suite struct StoredModelTests {
  private static let data = "shapes limit 64 test 32 size 12"

  private func scene() throws -> Scene {
    let scene = try Scene()
    for cell in [
      "data \(Self.data)", "sound = train qatcnn epochs 1 batch 32",
      "qat student from sound epochs 1 batch 32",
      "convert student", "d = dynamic sound",
    ] {
      #expect(scene.run(cell).0.status == .ok, "\(cell)")
    }
    return scene
  }

  /// Puts a model into the session under a new name, with its tensors or details changed.
  private func plant(
    _ name: String, from source: String, _ scene: Scene, details: [String: String] = [:],
    _ change: (inout ParameterSet) -> Void
  ) throws {
    let record = try #require(try scene.store.model(named: source))
    var parameters = try scene.store.parameters(of: record)
    change(&parameters)
    try scene.store.transaction {
      _ = try $0.saveModel(
        name: name, kind: record.kind, graph: record.graph, parameters: parameters,
        figures: record.figures, details: record.details.merging(details) { $1 })
    }
  }

  private static let commands = [
    "evaluate m", "show m", "inspect m", "histogram m", "show plan m", "diff m", "convert m",
    "p = ptq m calibration 1",
    "d2 = dynamic m", "q = qat from m epochs 1 batch 32", "train m epochs 1 batch 32", "confusion m",
    "sensitivity m",
  ]

  /// Every command ends, a refusal names the model, and those on other models work.
  private func expectRefused(_ scene: Scene, naming words: String) throws {
    var refused = 0
    for command in Self.commands {
      let (result, _) = scene.run(command)
      guard result.status == .error else { continue }
      refused += 1
      let message = result.diagnostics.map(\.message).joined(separator: " ")
      #expect(!message.isEmpty, "\(command)")
    }
    #expect(refused > 5)
    let message = scene.run("evaluate m").0.diagnostics.map(\.message).joined(separator: " ")
    #expect(message.contains(words), "\(message)")
    for command in [
      "evaluate sound", "evaluate student", "evaluate student-int8", "models", "p2 = ptq sound calibration 1",
    ] {
      #expect(scene.run(command).0.status == .ok, "\(command)")
    }
    let (compared, outputs) = scene.run("compare")
    #expect(compared.status == .ok && !outputs.tables.isEmpty)
    #expect(scene.run("forget m").0.status == .ok)
  }

  @Test(arguments: [
    ("sound", "fc1.weight"), ("sound", "conv1.weight"), ("student", "conv1.weight"),
    ("student-int8", "conv1.weight"), ("student-int8", "conv1.scale"), ("d", "fc1.scale"),
  ])
  func aTensorOfOneElementIsRefused(source: String, name: String) throws {
    let scene = try scene()
    let record = try #require(try scene.store.model(named: source))
    let names = try scene.store.parameters(of: record).names
    // Layers are called by their architecture.
    let end = String(name.drop { $0 != "." })
    let layer = String(name.prefix { !$0.isNumber && $0 != "." })
    let tensor = try #require(names.first { $0.hasPrefix(layer) && $0.hasSuffix(end) } ?? names.first)
    try plant("m", from: source, scene) { parameters in
      switch parameters[tensor]?.elements {
      case .int8: parameters[tensor] = Tensor(shape: [1], elements: .int8([1]))
      default: parameters[tensor] = Tensor([1])
      }
    }
    try expectRefused(scene, naming: tensor)
  }

  enum Harm: CaseIterable { case missing, otherShape, otherType }

  @Test(arguments: Harm.allCases) func tensorsThatNoLayerReadsAreRefused(harm: Harm) throws {
    let scene = try scene()
    let record = try #require(try scene.store.model(named: "sound"))
    let tensor = try #require(try scene.store.parameters(of: record).names.first { $0.hasSuffix(".bias") })
    try plant("m", from: "sound", scene) { parameters in
      let count = parameters[tensor]?.count ?? 0
      switch harm {
      case .missing: parameters[tensor] = nil
      case .otherShape: parameters[tensor]?.shape = [1, count]
      case .otherType:
        parameters[tensor] = Tensor(shape: [count], elements: .int32(Array(repeating: 0, count: count)))
      }
    }
    try expectRefused(scene, naming: tensor)
  }

  @Test(arguments: ["sound", "student"], [Float.nan, .infinity])
  func weightsThatAreNoNumbersAreRefusedWhereverTheyAreComputedWith(source: String, value: Float) throws {
    let scene = try scene()
    var changed = ""
    try plant("m", from: source, scene) { parameters in
      for name in parameters.names where name.hasSuffix(".weight") {
        guard let tensor = parameters[name], changed.isEmpty else { continue }
        var values = tensor.floats
        values[values.count / 2] = value
        parameters[name] = Tensor(values, shape: tensor.shape)
        changed = name
      }
    }
    let message = scene.run(source == "sound" ? "evaluate m" : "convert m").0.diagnostics.map(\.message)
    #expect(message.joined().contains(changed))
    for command in Self.commands { #expect(scene.run(command).0.status != .interrupted, "\(command)") }
    let (compared, outputs) = scene.run("compare")
    #expect(compared.status == .ok)
    #expect(outputs.tables.first?.texts.contains { $0.first == "m" } == false)
    #expect(compared.diagnostics.contains { $0.message.contains("m is left out") })
  }

  @Test(arguments: [
    (["learning_rate": "1e308"], "1e308"), (["learning_rate": "-1"], "-1"), (["learning_rate": "nan"], "nan"),
    (["recipe": recipe("\"epochs\":9223372036854775807")], "epochs"),
    (["recipe": recipe("\"batchSize\":0")], "batch"),
    (["recipe": recipe("\"learningRate\":1e308")], "lr"), (["recipe": recipe("\"momentum\":-4")], "momentum"),
    (["source_recipe": recipe("\"epochs\":-1")], "epochs"),
  ])
  func detailsThatNoCellWritesAreRefused(details: [String: String], words: String) throws {
    let scene = try scene()
    try plant("m", from: "sound", scene, details: details) { _ in }
    let (result, _) = scene.run("evaluate m")
    #expect(result.status == .error)
    #expect(result.diagnostics.first?.id == "damaged-model")
    #expect(result.diagnostics.first?.message.contains(words) == true, "\(result.diagnostics.map(\.message))")
    try expectRefused(scene, naming: words)
  }

  /// The recipe of a run as it is kept, with one member otherwise.
  private static func recipe(_ member: String) -> String {
    var members = [
      "\"epochs\":1", "\"batchSize\":32", "\"learningRate\":0.003", "\"schedule\":\"one-cycle\"",
      "\"optimizer\":\"adam\"",
      "\"momentum\":0.9", "\"weightDecay\":0", "\"seed\":0", "\"precision\":\"f32\"", "\"augments\":false",
      "\"distillation\":[]",
    ]
    let key = member.prefix { $0 != ":" }
    members.removeAll { $0.hasPrefix(key) }
    return "{" + (members + [member]).joined(separator: ",") + "}"
  }
}
