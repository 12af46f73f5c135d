package import Interpreter
package import Text

/// Threads that a file may ask for; another number stands there by mistake.
private let usableThreads = 1...256

extension ReplayOptions.Threads {
  /// What a replay is computed under, so that the saved run's kernels run where this processor has them.
  package func conditions(_ saved: JSONObject?) -> RunConditions {
    var conditions = RunConditions(saturatesByteProducts: NotebookEnvironment.saturates(saved))
    switch self {
    case .saved:
      conditions.threads = saved?["threads"]?.integer.flatMap { usableThreads.contains($0) ? $0 : nil }
    case .here: break
    case .count(let count): conditions.threads = count
    }
    return conditions
  }
}
