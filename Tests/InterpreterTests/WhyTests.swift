import Datasets
import Foundation
import GraphIR
import Interpreter
import Language
import Quantization
import SessionStore
import Testing
import Training

/// `why`, asked about models in which something was put wrong on purpose, and about sound ones.
@Suite(.serialized) struct WhyTests {
  /// What can be put wrong, by the id that the first cause should have.
  enum Fault: String, CaseIterable, Sendable {
    case stretchedRange = "stretched-range"
    case deadChannels = "dead-channels"
    case normalization
    case zeroedBias = "zeroed-bias"
    case spreadChannels = "spread-channels"
  }

  private static let cells = [
    "data shapes limit 1200 test 800 size 16",
    "model tiny = conv(8, 3) > bn > relu > pool(2) > conv(16, 3) > bn > relu > pool(2) > conv(16, 3) > relu > fc(10)",
    "teacher = train tiny epochs 6 lr 0.01", "student = qat from teacher bits 4 epochs 2",
    "eight = ptq teacher",
  ]

  private func scene() throws -> Scene {
    let scene = try Scene()
    for cell in Self.cells {
      let (result, _) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
    }
    return scene
  }

  /// Puts a fault into a copy of the student, or makes a model with it; returns the model's name.
  private func plant(_ fault: Fault, seed: Int, in scene: Scene) throws -> String {
    let name = "planted\(Fault.allCases.firstIndex(of: fault) ?? 0)-\(seed)"
    if fault == .spreadChannels {
      scene.run("wide\(seed) = rescale teacher by \(300 * seed) seed \(seed)")
      scene.run("\(name) = ptq wide\(seed) per-tensor")
      return name
    }
    let record = try #require(try scene.store.model(named: "student"))
    var graph = record.graph
    var parameters = try scene.store.parameters(of: record)
    let layers = graph.nodes.filter { if case .convolution = $0.operation { true } else { false } }.map(
      \.name)
    let layer = layers[seed % layers.count]
    switch fault {
    case .stretchedRange:
      if seed % 2 == 0 {
        let group = try #require(graph.layerGroups.first { graph.nodes[$0.head].name == layer })
        let id = try #require(group.fakeQuantize)
        guard case .fakeQuantize(let quantizer) = graph.nodes[id].operation else { return name }
        for end in [".min_val", ".max_val"] { parameters.scale(quantizer.observer + end, by: 10) }
      } else {
        let weight = try #require(parameters[layer + ".weight"])
        // Wider than any weight needs: ten times the largest, on the few steps of the grid.
        let edge = weight.floats.map(abs).max() ?? 1
        parameters[layer + ".weight_scale"] = Tensor(
          Array(repeating: 10 * edge / 7, count: weight.shape[0]))
      }
    case .deadChannels:
      let weight = try #require(parameters[layer + ".weight"])
      let outputs = weight.shape[0]
      let dead = (0..<outputs).filter { ($0 + seed) % 4 != 0 }
      parameters.zero(layer + ".weight", rows: dead)
      parameters.zero(layer + ".bias", rows: dead)
      for norm in graph.norms(behind: layer) {
        for part in [".bias", ".running_mean"] { parameters.zero(norm + part, rows: dead) }
      }
    case .normalization:
      graph.normalization = Normalization(
        mean: [0.3 + 0.2 * Float(seed)], deviation: [0.2 * Float(seed)])
    case .zeroedBias:
      // With its running mean at 0 too, batch norm folds to a bias of 0.
      for name in parameters.names where name.hasSuffix(".bias") || name.hasSuffix(".running_mean") {
        guard seed % 2 == 0 || !name.hasPrefix(layers[seed % layers.count]) else { continue }
        parameters[name] = parameters[name].map { Tensor(repeating: 0, shape: $0.shape) }
      }
    case .spreadChannels: break
    }
    try scene.store.transaction {
      _ = try $0.saveModel(
        name: name, kind: .fakeQuantized, graph: graph, parameters: parameters, details: record.details)
    }
    return name
  }

  @Test func theFaultThatWasPlantedIsTheFirstCause() throws {
    let scene = try scene()
    var found = 0
    var missed: [String] = []
    for fault in Fault.allCases {
      for seed in 1...4 {
        let name = try plant(fault, seed: seed, in: scene)
        let (result, outputs) = scene.run("why \(name)")
        try #require(result.status == .ok, "\(fault) \(seed): \(result.diagnostics)")
        let first = outputs.findings.first
        if first?.id == fault.rawValue {
          found += 1
        } else {
          missed.append("\(fault.rawValue) \(seed): \(first?.message ?? outputs.words)")
        }
      }
    }
    #expect(found >= 18, "\(missed.joined(separator: "\n"))")
  }

  @Test func nothingBeyondChanceIsSaidOfSoundModels() throws {
    let scene = try scene()
    scene.run("seven = ptq teacher bits 7")
    for cell in [
      "why eight", "why does eight lose accuracy?", "why seven", "why is seven worse than teacher?",
    ] {
      let (result, outputs) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
      #expect(
        outputs.words.contains("nothing beyond chance") || outputs.words.contains("nothing was lost"),
        "\(cell)")
      #expect(outputs.findings.isEmpty, "\(cell)")
      let name = cell.contains("eight") ? "eight" : "seven"
      #expect(result.values[name + ".why.causes"] == 0)
      let (low, high) = (result.values[name + ".why.lost_low"], result.values[name + ".why.lost_high"])
      #expect(try #require(low) <= 0 && #require(high) >= result.values[name + ".why.lost"] ?? 1)
    }
  }

  @Test func aCauseIsFiguredShownAndRepaired() throws {
    let scene = try scene()
    scene.run("two = ptq teacher bits(*: 2) observer minmax")
    let (result, outputs) = scene.run("why two")
    try #require(result.status == .ok, "\(result.diagnostics)")
    let first = try #require(outputs.findings.first)
    #expect(FindingKind.catalogue.contains { $0.id == first.id })
    #expect(result.values["two.why.cause1"] == first.figure.value && first.figure.value > 0)
    #expect(try #require(result.values["two.why.cause1_low"]) > 0)
    // What both roundings cost is the sum of what each does and of what they do together.
    let values = result.values
    let sum = ["weights_alone", "activations_alone", "interaction"].compactMap { values["two.why." + $0] }
    #expect(abs(sum.reduce(0, +) - (values["two.why.rounding"] ?? .nan)) < 1e-9)
    #expect(first.cause.contains("see it: "))
    let look = try #require(first.cause.components(separatedBy: "see it: ").last)
    #expect(scene.run(look).0.status == .ok, "\(look)")
    let cell = try #require(first.cell)
    #expect(scene.run(cell).0.status == .ok, "\(cell)")
    let again = scene.run("why two")
    let name = try #require(cell.split(separator: " ").first)
    let change = try #require(again.0.values["two.why.later.\(name).change_points"])
    #expect(change > 0 && again.1.words.contains("made later from teacher"))
  }

  @Test func aLayersNoiseIsThatOfTheWholeNetworkRunAnew() throws {
    let scene = try scene()
    scene.run("two = qat from teacher bits(*: 2) epochs 1 lr 0.5")
    let (result, _) = scene.run("why two images 200")
    let record = try #require(try scene.store.model(named: "two"))
    let model = try foldKeepingGrids(
      Model(kind: .fakeQuantized, graph: record.graph, parameters: try scene.store.parameters(of: record)))
    let layers = model.graph.nodes.filter { $0.operation.weightGrid != nil }.map(\.name)
    let observers = Set(
      model.graph.nodes.compactMap { node in
        if case .fakeQuantize(let quantizer) = node.operation { quantizer.observer } else { nil }
      })
    var data = try loadDataset(DatasetRequest(name: "shapes", limit: 1200, testLimit: 800, size: 16))
    data.test = data.test[0..<200]
    func logits(_ model: Model) throws -> [Float] {
      var logits: [Float] = []
      _ = try evaluate(model, on: data.test, of: data, cancellation: Cancellation()) { logits += $0 }
      return logits
    }
    let plain = try logits(model.withFloatWeights().withFloatActivations())
    for layer in layers {
      let own = model.graph.layerGroups.first { model.graph.nodes[$0.head].name == layer }?.fakeQuantize
      var others = observers
      if let own, case .fakeQuantize(let quantizer) = model.graph.nodes[own].operation {
        others.remove(quantizer.observer)
      }
      let alone = try model.withFloatWeights(of: Set(layers.filter { $0 != layer }))
        .withFloatActivations(of: others)
      let found = try #require(result.values["two.\(layer).alone_sqnr_db"], "\(layer)")
      #expect(abs(found - signalToNoise(plain, try logits(alone))) < 0.02, "\(layer)")
    }
  }

  @Test func whatCannotBeAskedHasADiagnostic() throws {
    let scene = try Scene()
    scene.run("data shapes limit 64 test 32")
    try scene.addModel("teacher")
    for (name, kind) in [("student", Model.Kind.fakeQuantized), ("lonely", .fakeQuantized)] {
      try scene.addModel(name, kind: kind, details: name == "lonely" ? [:] : ["start": "teacher"])
    }
    let cases: [(cell: String, id: String, suggestion: String?)] = [
      ("why studnt", "unknown-model", "student"),
      ("why does studnet lose accuracy?", "unknown-model", "student"),
      ("why teacher", "wrong-model-kind", "student"),
      ("why is teacher so bad?", "wrong-model-kind", "student"),
      ("why run 99", "unknown-run", nil), ("why student against lonely", "wrong-model-kind", nil),
      ("why lonely", "no-float-model", nil), ("why student images 0", "out-of-range", nil),
      ("compare student?", "unexpected-character", nil),
    ]
    let before = try scene.state()
    for (cell, id, suggestion) in cases {
      let (result, _) = scene.run(cell)
      let diagnostic = try #require(result.diagnostics.first, "\(cell)")
      #expect(result.status == .error && diagnostic.id == id, "\(cell): \(diagnostic)")
      #expect(suggestion == nil || diagnostic.suggestion == suggestion, "\(cell): \(diagnostic)")
      #expect(try scene.state() == before)
    }
  }

  @Test func withoutAQuantizedModelTheCellThatMakesOneIsTold() throws {
    let scene = try Scene()
    try scene.addModel("net")
    let diagnostic = try #require(scene.run("why").0.diagnostics.first)
    #expect(diagnostic.id == "nothing-quantized" && diagnostic.notes.contains { $0.contains("ptq net") })
  }

  @Test func aRunTellsWhereItWentWrong() throws {
    let scene = try scene()
    scene.run("qat broken from teacher epochs 3 lr 1.0 schedule constant")
    let number = try scene.store.runs().count
    for cell in ["why run \(number)", "why run broken", "why run 1"] {
      let (result, outputs) = scene.run(cell)
      #expect(result.status == .ok && outputs.words.contains("the loss"), "\(cell): \(result.diagnostics)")
    }
  }
}

extension ParameterSet {
  fileprivate mutating func scale(_ name: String, by factor: Float) {
    guard let tensor = self[name] else { return }
    self[name] = Tensor(tensor.floats.map { $0 * factor }, shape: tensor.shape)
  }

  fileprivate mutating func zero(_ name: String, rows: [Int]) {
    guard let tensor = self[name], let count = tensor.shape.first, count > 0 else { return }
    var values = tensor.floats
    let rest = values.count / count
    for row in rows where row < count {
      for place in row * rest..<(row + 1) * rest { values[place] = 0 }
    }
    self[name] = Tensor(values, shape: tensor.shape)
  }
}

extension Graph {
  /// The batch norms of a layer's group.
  fileprivate func norms(behind layer: String) -> [String] {
    layerGroups.filter { nodes[$0.head].name == layer }.compactMap { $0.norm.map { nodes[$0].name } }
  }
}
