import Execution
import Foundation
import Language
import SessionStore
import Text

/// `show environment`: what computes here, and with what.
func showEnvironment(_ rest: Word?, _ workspace: Workspace) throws -> Plan {
  if let rest { throw StatementError.surplusTopic(rest, topic: "show \(ShowTopic.environment.rawValue)") }
  return Plan { workspace, console in
    console.put(
      .table(
        Table(
          columns: [Table.Column("what"), Table.Column("is")],
          rows: environmentRows(workspace).map { [.text($0.what), .text($0.is).measured] })))
    return .done
  }
}

private func environmentRows(_ workspace: Workspace) -> [(what: String, is: String)] {
  let caches = Processor.cacheBytes.map { $0 > 0 ? "\($0 / 1024) KiB" : "unknown" }
  return [
    ("processor", processorName ?? "unknown"),
    ("instructions", list(Processor.features) + " for its own kernels"),
    ("oneDNN", "\(Processor.libraryVersion), with kernels of \(Processor.instructionSet)"),
    (
      "products of bytes",
      Processor.hasExactByteProducts
        ? "added in 32 bits" : "added in 16 bits, which saturate: activations keep to 7 bits"
    ),
    ("caches of a core", sentence(caches)), ("threads", threadWords(workspace)),
    ("precision", workspace.precision.rawValue), ("seed", "\(workspace.sessionSeed)"),
    ("data", workspace.dataWords ?? "not chosen"), ("session", sessionWords(workspace)),
    ("qatlab", programVersion),
  ]
}

private func list(_ features: [String]) -> String { features.isEmpty ? "none" : sentence(features) }

private func threadWords(_ workspace: Workspace) -> String {
  let origin = workspace.threads == nil ? "as the process has by itself" : "as set threads says"
  return "\(Processor.threadCount), \(origin); \(counted(Processor.coreCount, "core"))"
}

private func sessionWords(_ workspace: Workspace) -> String {
  workspace.store.databasePath + (workspace.store.isReadOnly ? ", open for reading only" : "")
}

/// As the system names it; nil where it doesn't.
private var processorName: String? {
  guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return nil }
  let names = text.split(separator: "\n").lazy.filter { $0.hasPrefix("model name") || $0.hasPrefix("Model") }
  return names.first?.split(separator: ":", maxSplits: 1).last.map {
    $0.trimmingCharacters(in: .whitespaces)
  }
}
