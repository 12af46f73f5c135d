import Datasets
import GraphIR
import Language
import SessionStore

extension Interpreter {
  /// The names that a cell finds in the session.
  package var knownNames: KnownNames {
    get throws {
      KnownNames(
        models: try store.models().map { KnownNames.Model(ModelEntry($0)) },
        networks: Set(try store.definitions().keys))
    }
  }

  /// SHA-256 of all that a program's results follow from in the session as it is, with the program's version; nil where
  /// a result can't be served instead of running it, or the session can't be read: then it runs.
  package func cellKey(of program: String, version: String) -> String? {
    (try? key(of: program, version: version)) ?? nil
  }

  private func key(of program: String, version: String) throws -> String? {
    var known = try knownNames
    let footprint = Footprint(ofProgram: program, &known)
    guard footprint.serving == .served else { return nil }
    let environment = environment
    var hash = ContentHash("cell")
    hash.add(version)
    hash.add(programText(program))
    hash.add(environment.processor.joined(separator: " "))
    hash.add("\(environment.library) \(environment.instructionSet) \(environment.addsByteProductsExactly)")
    hash.add("\(environment.threads)")
    if let threads = try store.setting(Setting.threads.rawValue) { hash.add("threads \(threads)") }
    for name in footprint.uses.sorted() {
      hash.add(name.key)
      guard let content = try content(of: name) else { return nil }
      for part in content { hash.add(part) }
    }
    return hash.digits
  }

  /// What a name stands for, as far as cells that use it depend on it; nil where that can't be told.
  private func content(of name: SessionName) throws -> [String]? {
    switch name {
    case .model(let name): try contents(named: name)
    case .data: try dataInUse.map { [$0.words, $0.hash] }
    case .seed: ["\(environment.seed)"]
    case .precision: [try store.setting(Setting.precision.rawValue) ?? ""]
    case .runs: nil
    case .file(let path): ContentHash.digits(ofFile: FilePath(path).expanded).map { [$0] }
    }
  }

  /// Of a network its layers, of a model the hash of its weights' file, its kind and what is written down of it.
  private func contents(named name: String) throws -> [String] {
    let layers = try store.definitions()[name].map { ["network", $0] }
    let model = try store.models().first { $0.name == name }.map { model in
      [model.object, model.kind.rawValue]
        + model.details.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
    }
    return (layers ?? []) + (model ?? [])
  }

  /// The data in use, and the SHA-256 of its images; nil where it can't be loaded.
  private var dataInUse: (words: String, hash: String)? {
    get throws {
      let text = try store.setting(Setting.data.rawValue)
      guard let choice = text.map(DataChoice.init(text:)) ?? .standard,
        let dataset = try? library.load(choice)
      else { return nil }
      let known = library.checksums[choice.request.description]
      return (choice.text, known ?? dataset.checksum)
    }
  }

  /// The words that choose the data in memory; nil where none were loaded.
  package var dataInMemory: String? { library.wordsInMemory }

  /// SHA-256 of the files that the last cell read, by the path that was written, once `keepDataChecksums` was called;
  /// without those that can't be read any more.
  package var lastFiles: [String: String] {
    guard library.keepsChecksums else { return [:] }
    return lastReads.reduce(into: [:]) { files, name in
      if case .file(let path) = name { files[path] = ContentHash.digits(ofFile: expandedPath(path)) }
    }
  }

  /// Test images of the data that was used last; nil where none was.
  package var testImages: Int? { library.testImages }
}
