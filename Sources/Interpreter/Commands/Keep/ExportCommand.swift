import GraphIR
import Language
import ONNXFormat
import SessionStore
import TensorFiles
import Text

/// What a file can be, by how its name ends.
enum ExportFormat: String, CaseIterable {
  case onnx, safetensors

  init?(path: String) {
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex,
      let format = Self(rawValue: name[name.index(after: dot)...].lowercased())
    else { return nil }
    self = format
  }
}

extension Keyword {
  static let exportTarget = Keyword(
    "for",
    .choice([
      Choice("onnxruntime", "bytes, and int32 sums where a residual is added"),
      Choice("openvino", "bytes, and sums in float where a residual is added"),
      Choice("tensorrt", "signed bytes with zero point 0, biases in float"),
    ]), otherwise: "onnxruntime", example: "tensorrt", "the program that is to run an ONNX file")
  static let opset = Keyword(
    "opset", .count(Opset.all), otherwise: "\(Opset.standard)", example: "13",
    "version of ONNX's operators; before \(Opset.standard) weights of 4 bits take a byte each")
  static let pixels = Keyword(
    "pixels", .flag, otherwise: "standardised images", "the ONNX graph takes pixels from 0 to 255")
  static let force = Keyword("force", .flag, otherwise: "off", "take the place of a file that is there")
}

extension Command {
  static let export = Command(
    "export",
    "write a model to a file for other programs, as ONNX or safetensors, the data as pictures, or the session as a tar archive",
    operands: [
      Operand(
        "a model, data or session",
        .either([
          .choice([
            Choice(ExportedImages.word, "the images in use, as a folder of PNG files by class"),
            Choice(
              ExportedSession.word, "models, runs and history, as a tar archive that can be opened elsewhere"),
          ]),
          .model([.float, .integer, .dynamic]),
        ])), Operand("a file", .text),
    ],
    keywords: [.exportTarget, .opset, .pixels, .force],
    examples: [
      "export student-int8 \"student.onnx\"", "export student-int8 \"student.onnx\" for tensorrt force",
      "export teacher \"teacher.safetensors\"", "export data \"images\"", "export session \"session.tar\"",
    ],
    reasons: """
      An integer model goes out as its layers between roundings to codes and back (QDQ), which runtimes fuse to the same \
      integers. Each takes another form of them, so a file is for one: what it can't take is refused before anything is \
      written. Images lie in train and test, by class, as data "images" takes them and torchvision's ImageFolder does.
      """,
    footprint: { arguments, _ in
      if arguments.exportsSession { return Footprint() }
      return Footprint(uses: (arguments.exportsImages ? [] : arguments.modelUses).union([.data]))
    }
  ) { arguments, workspace in
    if arguments.exportsImages {
      for keyword in [Keyword.exportTarget, .opset, .pixels, .force] {
        if let range = arguments.range(of: keyword) {
          throw ExportRefusal.notOfImages(range, option: keyword.name)
        }
      }
      let images = try ExportedImages(
        try workspace.data(for: arguments.verb.range), to: arguments.text(at: 1) ?? "",
        arguments.operands.last?.range ?? arguments.verb.range)
      return Plan { _, console in try images.run(console) }
    }
    if arguments.exportsSession {
      let session = try ExportedSession(arguments, workspace)
      return Plan { workspace, console in try session.run(workspace, console) }
    }
    let export = try PlannedExport(arguments, workspace)
    return Plan { workspace, console in
      try export.run(workspace, console)
      return .done
    }
  }
}

extension Arguments {
  /// A model may be called data: its file tells.
  fileprivate var exportsImages: Bool {
    word(at: 0)?.text == ExportedImages.word && ExportFormat(path: text(at: 1) ?? "") == nil
  }

  /// The same of a model that is called session.
  fileprivate var exportsSession: Bool {
    word(at: 0)?.text == ExportedSession.word && ExportedSession.isArchive(text(at: 1) ?? "")
  }
}

/// A model and the file that it goes to, both known to be fit.
private struct PlannedExport {
  let word: Word
  let file: WholeFile
  let place: SourceRange
  let format: ExportFormat
  let replaces: Bool
  let takesPixels: Bool
  let verb: Word
  var options: ExportOptions

  init(_ arguments: Arguments, _ workspace: Workspace) throws {
    verb = arguments.verb
    word = try arguments.requiredWord(at: 0)
    guard arguments.operands.count == 2, case .text(let path) = arguments.operands[1].value else {
      throw StatementError.nameMissing(verb, example: Command.export.examples[0])
    }
    place = arguments.operands[1].range
    file = WholeFile(FilePath(path).expanded)
    guard let format = ExportFormat(path: path) else {
      throw ExportRefusal.unknownFormat(place, path: path)
    }
    self.format = format
    replaces = arguments.has(.force)
    takesPixels = arguments.has(.pixels)
    if format == .safetensors {
      for keyword in [Keyword.exportTarget, .opset, .pixels] {
        if let range = arguments.range(of: keyword) {
          throw ExportRefusal.onlyONNX(range, option: keyword.name)
        }
      }
    }
    let target = arguments.word(.exportTarget).flatMap { ExportTarget(rawValue: $0.text) }
    options = ExportOptions(
      target: target ?? .onnxruntime, opset: arguments.count(.opset) ?? Opset.standard)
    let entry = try workspace.model(word)
    if entry.kind == .fakeQuantized { throw ExportRefusal.fakeQuantized(word) }
    try workspace.requireFit(entry, word, try workspace.data(for: verb.range))
    try checkPlace()
    try workspace.library.inputFiles.requireOther(file.path, at: place)
    guard format == .onnx else { return }
    do throws(ExportError) {
      try checkExport(of: entry.graph, options)
    } catch {
      throw ExportRefusal.model(word, error)
    }
  }

  /// Throws where the file can't have its name, or must not.
  private func checkPlace() throws(ExportRefusal) {
    try ExportRefusal.check(file, replaces: replaces, at: place)
  }

  func run(_ workspace: Workspace, _ console: Console) throws {
    let entry = try workspace.entry(word.text)
    let data = try workspace.data(for: verb.range)
    if let note = data.note { console.note(note) }
    if let note = foreignData(entry, data) { console.note(note) }
    let model = try workspace.weights(of: word.text)
    let metadata = ModelMetadata(entry, data)
    // Another statement of the cell may have written it.
    try checkPlace()
    do {
      switch format {
      case .onnx: try writeONNX(model, metadata, console)
      case .safetensors: try writeTensors(model, metadata, console)
      }
    } catch let error as StoreError {
      throw SessionError.store(error, place)
    }
  }

  private func writeONNX(_ model: Model, _ metadata: ModelMetadata, _ console: Console) throws {
    var options = options
    options.standardisation = takesPixels ? metadata.normalization : nil
    options.metadata = metadata.texts(takesPixels: takesPixels)
    let exported: ExportedModel
    do throws(ExportError) {
      exported = try ONNXFormat.exported(model, options)
    } catch {
      throw ExportRefusal.model(word, error)
    }
    try file.write(exported.bytes)
    let isQuantized = model.kind != .float
    console.text(
      "\(file.path): \(word.text) as ONNX, opset \(exported.opset), \(counted(exported.nodes, "node"))"
        + (isQuantized ? ", for \(options.target.rawValue)" : "")
        + ", \(byteCount(Double(exported.bytes.count)))")
    console.metric(word.text, "export_nodes", Double(exported.nodes))
    console.metric(word.text, "export_opset", Double(exported.opset))
    console.metric(word.text, "export_bytes", Double(exported.bytes.count))
  }

  private func writeTensors(_ model: Model, _ metadata: ModelMetadata, _ console: Console) throws {
    let texts = metadata.texts(takesPixels: false).merging(
      WeightsFile(model).metadata.filter { $0.key != Normalization.metadataKey }
    ) { $1 }
    let weights = WeightsFile(parameters: model.tensorsWithGrids, metadata: texts)
    try weights.write(to: file.path)
    let bytes = try weights.byteCount
    console.text(
      "\(file.path): \(word.text) as safetensors, \(counted(weights.parameters.tensors.count, "tensor")), "
        + byteCount(Double(bytes)))
    console.metric(word.text, "export_tensors", Double(weights.parameters.tensors.count))
    console.metric(word.text, "export_bytes", Double(bytes))
  }
}
