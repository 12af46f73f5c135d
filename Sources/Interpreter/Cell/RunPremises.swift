import Datasets
import Execution
import Foundation
import GraphIR
import SessionStore
import Training

/// All beside the cell and the names of its session that the bits of a run follow from: written down when it begins, and
/// held against what there is when it is taken up.
struct RunPremises: Codable, Sendable {
  var version = programVersion
  /// Instructions that kernels are chosen by, and what else of the machine they follow from.
  var processor: [String] = Processor.features
  var library = Processor.libraryVersion
  var instructionSet = Processor.instructionSet
  var caches: [Int] = Processor.cacheBytes
  var saturatesByteProducts = Processor.saturatesByteProducts
  var threads = Processor.threadCount
  var seedShift = SeededGenerator.shift
  /// SHA-256 of images and labels, and the words that chose them.
  var data: String
  var dataWords: String
  /// SHA-256 of the teachers' weights, by their names.
  var teachers: [String: String]

  var json: String { get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) } }

  /// Nil where the text is no premises, or those of another version of the program.
  init?(json: String) {
    guard let premises = try? JSONDecoder().decode(Self.self, from: Data(json.utf8)) else { return nil }
    self = premises
  }

  init(data: String, dataWords: String, teachers: [String: String]) {
    self.data = data
    self.dataWords = dataWords
    self.teachers = teachers
  }
}

extension RunPremises {
  /// What of the program and the machine is another here, as clauses; the threads are no part of it, for a run is taken
  /// up with those that it had.
  var machineDifferences: [String] {
    var differences: [String] = []
    func compare(_ what: String, _ before: String, _ now: String) {
      if before != now { differences.append("\(what) was \(before) and is \(now)") }
    }
    compare("the program's version", version, programVersion)
    compare("oneDNN's version", library, Processor.libraryVersion)
    compare("oneDNN's instruction set", instructionSet, Processor.instructionSet)
    compare("the processor", words(processor), words(Processor.features))
    compare("the size of its caches", "\(caches)", "\(Processor.cacheBytes)")
    return differences
  }

  /// What of the data and the teachers is another now, as clauses.
  func inputDifferences(from now: RunPremises) -> [String] {
    var differences: [String] = []
    if data != now.data {
      differences.append(
        dataWords == now.dataWords
          ? "the images of \(dataWords) are others now"
          : "the data was \(dataWords) and is \(now.dataWords)")
    }
    for (name, hash) in teachers.sorted(by: { $0.key < $1.key }) where now.teachers[name] != hash {
      differences.append("the weights of \(name), its teacher, are others now")
    }
    return differences
  }

  private func words(_ features: [String]) -> String {
    features.isEmpty ? "without vector instructions" : features.joined(separator: " ")
  }
}
