import GraphIR
import Interpreter
import Language
import SessionStore
import Testing
import Training

/// Models whose weights are huge, tiny or no numbers, as a file may hold them: every command ends with an answer or a
/// diagnostic.
@Suite struct ExtremeWeightsTests {
  private static let commands = [
    "evaluate m", "show m", "show plan m", "inspect m", "histogram m.conv1", "show fake-quant m.conv1",
    "p = ptq m calibration 1", "e = ptq m calibration 1 observer entropy equalize bits 4 symmetric",
    "o = ptq m calibration 1 observer mse per-tensor bias-correction batchnorm power-of-two",
    "d = dynamic m", "r = rescale m by 30", "q = qat from m epochs 1 batch 32",
    "l = qat from m epochs 1 batch 32 scheme lsq bits 3", "train m epochs 1 batch 32",
    "sensitivity m bits 4 images 32", "compare m",
  ]
  /// What is asked of the models that the commands above may have made.
  private static let questions = [
    "convert q", "diff q", "inspect p", "inspect q", "evaluate q-int8", "convert l",
    "histogram p.conv1", "compare",
  ]

  private func scene(_ change: (Float) -> Float, kind: Model.Kind = .float) throws -> Scene {
    let scene = try Scene()
    scene.run("data shapes limit 64 test 32 size 12")
    let graph = try Graph(
      sequential: [
        .convolution(outputs: 8, kernel: 3), .batchNorm, .activation(.relu),
        .pool(Pooling(.maximum, kernel: 2)), .convolution(outputs: 8, kernel: 3), .activation(.relu),
        .dense(outputs: 10),
      ], architecture: "small", input: Shape(channels: 1, height: 12, width: 12))
    var parameters = initialParameters(for: graph, seed: 1)
    for name in parameters.names where name.hasSuffix(".weight") {
      let tensor = parameters[name]
      parameters[name] = tensor.map { Tensor($0.floats.map(change), shape: $0.shape) }
    }
    try scene.store.transaction {
      _ = try $0.saveModel(
        name: "m", kind: kind, graph: graph, parameters: parameters,
        details: ["data": "shapes limit 64 test 32 size 12"])
    }
    return scene
  }

  private func endsWell(_ scene: Scene, _ commands: [String]) throws {
    for command in commands {
      let before = try scene.state()
      let (result, _) = scene.run(command)
      #expect(result.status != .interrupted, "\(command)")
      guard result.status == .error else { continue }
      #expect(result.diagnostics.contains { $0.severity == .error }, "\(command)")
      #expect(try scene.state() == before, "\(command)")
    }
  }

  @Test(arguments: [.leastNonzeroMagnitude, 1e-20, 1e18, 3e38] as [Float])
  func weightsOfAnySizeGetAnAnswerOrADiagnostic(size: Float) throws {
    let scene = try scene { $0 * size }
    try endsWell(scene, Self.commands + Self.questions)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func weightsThatAreNoNumbersAreRefused(value: Float) throws {
    let scene = try scene { $0 > 0.1 ? value : $0 }
    try endsWell(scene, Self.commands)
    for command in ["evaluate m", "p = ptq m calibration 1", "q = qat from m epochs 1 batch 32"] {
      let diagnostic = try #require(scene.run(command).0.diagnostics.first { $0.severity == .error })
      #expect(diagnostic.id == "weights-not-finite", "\(command)")
      #expect(diagnostic.message.contains("bn1.weight"), "\(command)")
      #expect(diagnostic.notes.first?.contains("smaller lr") == true)
    }
  }

  /// Scales and biases of integer models, which files hold too.
  @Test(arguments: [.leastNonzeroMagnitude, 3e38, .infinity, .nan] as [Float])
  func scalesOfAnySizeGetAnAnswerOrADiagnostic(size: Float) throws {
    let scene = try scene { $0 }
    for command in [
      "p = ptq m calibration 1", "d = dynamic m", "q = qat from m epochs 1 batch 32", "convert q",
    ] {
      #expect(scene.run(command).0.status == .ok, "\(command)")
    }
    for name in ["p", "d", "q", "q-int8"] {
      let record = try #require(try scene.store.model(named: name))
      var parameters = try scene.store.parameters(of: record)
      for (key, tensor) in parameters.tensors {
        switch tensor.elements {
        case .int8: continue
        case .int32(let values):
          parameters[key] = Tensor(
            shape: tensor.shape,
            elements: .int32(values.enumerated().map { $0.offset % 2 == 0 ? .max : .min }))
        case .float32(let values):
          guard key.hasSuffix(".scale") || key.hasSuffix("_val") else { continue }
          parameters[key] = Tensor(values.map { $0 * size }, shape: tensor.shape)
        }
      }
      try scene.store.transaction {
        _ = try $0.saveModel(
          name: name, kind: record.kind, graph: record.graph, parameters: parameters, details: record.details)
      }
    }
    try endsWell(
      scene,
      ["p", "d", "q", "q-int8"].flatMap {
        ["evaluate \($0)", "inspect \($0)", "histogram \($0).conv1", "show plan \($0)", "compare \($0)"]
      } + ["diff q", "convert q as again", "show fake-quant q.conv1", "train q epochs 1 batch 32"])
  }

  /// Cells that ask for steps far too large end in a diagnostic with the place, and leave the session as it was.
  @Test(arguments: [
    "m2 = train qatcnn epochs 1 batch 64 lr 1e300 optimizer sgd",
    "m2 = distill qatcnn with kd(m, DecoupledKD) epochs 1 batch 64 lr 1e300 optimizer sgd",
    "q = qat from m epochs 1 batch 64 lr 1e38", "q = qat from m epochs 1 batch 64 lr 1e300 bits 3",
    "q = qat from m epochs 1 batch 64 lr 1e300 scheme lsq", "train m epochs 1 batch 64 lr 1e300",
  ])
  func stepsThatAreTooLargeNameTheirRate(cell: String) throws {
    let scene = try scene { $0 }
    let before = try scene.state()
    let diagnostic = try #require(scene.run(cell).0.diagnostics.last)
    #expect(["weights-not-finite", "loss-not-finite"].contains(diagnostic.id))
    let range = try #require(diagnostic.range)
    #expect(SourceFile(cell).text(of: range).hasPrefix("1e3"))
    #expect(diagnostic.notes.first?.hasSuffix("nothing of this run was kept") == true)
    #expect(try scene.state() == before)
  }
}
