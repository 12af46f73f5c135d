import Foundation
import GraphIR
import Interpreter
import Language
import SessionStore
import Testing
import Training

/// What a session keeps as text, changed at random: settings, networks, and what is written down of models.
///
/// Every cell that looks ends with an answer or a diagnostic.
/// `QATLAB_FUZZ` sets how many are tried.
@Suite struct StoredTextFuzzTests {
  private static let count = ProcessInfo.processInfo.environment["QATLAB_FUZZ"].flatMap { Int($0) } ?? 400

  private static let pieces = [
    "0", "-1", "1e308", "1e999", "NaN", "9223372036854775808", "18446744073709551615", "{", "}", "[", "]",
    "\"", ":",
    ",", "null", "true", " ", "conv(", ")", ">", "fc(0)", "*", ".", "\0", "é", "\\", "limit ", "size ",
    "bits",
  ]

  private static let settings = [
    "seed": "7", "precision": "bf16", "threads": "2", "highlight": "off",
    "data": "shapes limit 64 test 32 size 12 augment jitter 0.2", "unknown": "1",
  ]

  private static let network = "conv(8, 3, stride: 2) > bn > leakyrelu(0.1) > dropout(0.2) > pool(2) > fc(10)"

  /// A session with a model of each kind, made by cells, and what is written down of them.
  private struct Original {
    var graph: Graph
    var parameters: ParameterSet
    var details: [String: String]
    var kind: Model.Kind
  }

  private func originals() throws -> [Original] {
    let scene = try Scene()
    for cell in [
      "data shapes limit 64 test 32 size 12", "t = train qatcnn epochs 1 batch 32",
      "qat s with kd(t, DecoupledKD, 0.5) epochs 1 batch 32 bits(conv1: 4, rest: 8)", "convert s",
      "p = ptq t calibration 1 adaround iterations 1",
    ] {
      #expect(scene.run(cell).0.status == .ok, "\(cell)")
    }
    return try scene.store.models().map {
      Original(
        graph: $0.graph, parameters: try scene.store.parameters(of: $0), details: $0.details, kind: $0.kind)
    }
  }

  @Test func noTextThatASessionKeepsStopsTheProgram() throws {
    let originals = try originals()
    var generator = SeededGenerator(seed: 15, purpose: "stored text")
    var scene = try Scene()
    for round in 0..<Self.count {
      // A new session now and then, for those that came before stay in the old one.
      if round % 50 == 0 { scene = try Scene() }
      let original = originals[round % originals.count]
      try scene.store.transaction { transaction in
        for (key, value) in Self.settings {
          try transaction.set(key, to: generator.next(below: 3) == 0 ? mutated(value, &generator) : value)
        }
        try transaction.define("net", mutated(Self.network, &generator))
        let details = original.details.mapValues {
          generator.next(below: 2) == 0 ? mutated($0, &generator) : $0
        }
        try transaction.saveModel(
          name: "m", kind: original.kind, graph: original.graph, parameters: original.parameters,
          figures: ["accuracy": number(&generator), "accuracy_images": number(&generator), "loss": .nan],
          details: details)
      }
      for cell in ["models", "set", "show m", "recipe m", "show net", "runs"] {
        let (result, _) = scene.run(cell)
        #expect(result.status == .ok || result.diagnostics.contains { $0.severity == .error }, "\(cell)")
      }
      _ = scene.interpreter.openingNotes
      _ = scene.interpreter.names
    }
  }

  private func number(_ generator: inout SeededGenerator) -> Double {
    let numbers = [0.5, .infinity, -.infinity, .nan, 1e308, -1, .leastNonzeroMagnitude, 1e19]
    return numbers[generator.next(below: numbers.count)]
  }

  private func mutated(_ whole: String, _ generator: inout SeededGenerator) -> String {
    var characters = Array(whole.unicodeScalars)
    for _ in 0...generator.next(below: 3) {
      let place = generator.next(below: characters.count + 1)
      let end = min(characters.count, place + generator.next(below: 6))
      let piece = Self.pieces[generator.next(below: Self.pieces.count)]
      characters.replaceSubrange(
        place..<end, with: generator.next(below: 3) == 0 ? [] : Array(piece.unicodeScalars))
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: characters)
    return String(text)
  }
}
