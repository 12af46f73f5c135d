import Datasets
import GraphIR
import Language
import SessionStore
import TensorFiles
import Text
import Training

/// A file of weights that is known to fit a network.
struct PlannedLoad {
  /// The model that is made, without its weights.
  var result: ModelEntry
  var path: String
  var pathRange: SourceRange
  var file: TensorFile
  var match: WeightMatch
  var data: ChosenData
  var seed: UInt64
  /// What is said where another model gives way.
  var replaced: String

  var plan: Plan { Plan(changes: [data.use], makes: result) { try run(&$0, $1) } }

  private func run(_ workspace: inout Workspace, _ console: Console) throws -> PlanEnding {
    workspace.library.inputFiles.add(FilePath(path).expanded)
    if let note = data.note { console.note(note) }
    console.note(
      "\(result.name): \(result.graph.architecture) with the weights of \(FilePath(path).name)"
        + (file.wrapping.map { ", under \"\($0)\"" } ?? "") + replaced)
    guard let parameters = try parameters(console) else {
      console.note("stopped; nothing was kept")
      return .interrupted
    }
    if let name = parameters.firstNotFinite { throw LoadError.notFinite(pathRange, path: path, tensor: name) }
    let entry = try workspace.save(Workspace.NewModel(entry: result, parameters: parameters))
    report(entry, console)
    return .done
  }

  /// Nil where it was cancelled.
  private func parameters(_ console: Console) throws -> ParameterSet? {
    let total = match.matchedCount
    do throws(TensorFileError) {
      return try match.parameters(from: file, seed: seed) { done in
        console.progress { Progress(activity: "load \(result.name)", done: done, total: total) }
        return !console.cancellation.isCancelled
      }
    } catch {
      throw LoadError.unreadable(pathRange, path: path, error)
    }
  }

  private func report(_ entry: ModelEntry, _ console: Console) {
    let name = entry.name
    var parts = [counted(match.matchedCount, "tensor") + " matched"]
    if let head = match.replacedHead {
      parts.append(
        "\(head.layer) \(grouped(head.classes)) → \(grouped(entry.graph.classes)) classes is new (seed \(seed))"
      )
    }
    console.metric(
      name, "matched_tensors", Double(match.matchedCount), text: parts.joined(separator: "; "))
    console.metric(name, "new_tensors", Double(match.newCount))
    console.metric(name, "missing_tensors", Double(match.missing.count))
    console.metric(name, "misfitting_tensors", Double(match.misfits.count))
    console.metric(name, "extra_tensors", Double(match.extra.count))
    if let table = differences { console.put(.table(table)) }
    if !match.missing.isEmpty || !match.misfits.isEmpty { console.put(.diagnostic(warning)) }
    for note in notes(entry) { console.note(note) }
    if let bytes = entry.byteCount { console.metric(name, "size_bytes", Double(bytes)) }
  }

  private func notes(_ entry: ModelEntry) -> [String] {
    var notes: [String] = []
    if let layer = match.folded {
      let plane = "\(PlaneFold.side)×\(PlaneFold.side)"
      notes.append(
        "the average to \(plane) before \(layer) is folded into its weights, which changes nothing that it computes"
      )
    }
    if let normalization = entry.graph.normalization { notes.append(normalization.words) }
    if let note = greyNote(entry, data) { notes.append(note) }
    if match.newCount > 0 {
      notes.append("its new weights know nothing yet: train \(entry.name) lr 1e-4 head-lr 1e-3")
    }
    return notes
  }

  /// What is missing, of another size or left over; nil where that is nothing.
  private var differences: Table? {
    var rows: [[Table.Cell]] = match.misfits.map {
      [.text($0.name), .text("another size"), .text(Self.words($0.found)), .text(Self.words($0.wanted))]
    }
    rows += match.missing.map { [.text($0), .text("missing"), .blank, .blank] }
    rows += match.extra.map {
      [.text($0), .text("extra"), .text(Self.words(file.tensors[$0]?.shape ?? [])), .blank]
    }
    guard !rows.isEmpty else { return nil }
    let columns = [
      Table.Column("tensor"), Table.Column("is"), Table.Column("in the file"), Table.Column("wanted"),
    ]
    return Table(columns: columns, rows: rows)
  }

  private var warning: Diagnostic {
    let count = match.missing.count + match.misfits.count
    return Diagnostic(
      id: "weights-missing", severity: .warning,
      message:
        "\(counted(count, "parameter")) of \(result.graph.architecture) "
        + "\(count == 1 ? "is" : "are") not in the file as the network has \(count == 1 ? "it" : "them"), "
        + "and drawn afresh",
      range: pathRange, notes: ["the table above lists them; is the file one of another network?"])
  }

  /// "64×3×7×7"; "1" for a single number.
  static func words(_ shape: [Int]) -> String {
    shape.isEmpty ? "1" : shape.map { "\($0)" }.joined(separator: "×")
  }
}
