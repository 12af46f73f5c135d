package import Execution
package import Language
import Text

extension ThreadTeam {
  /// What there is to say of the threads: that they are fewer than were asked for, or not as they were.
  package var warnings: [Diagnostic] {
    var warnings: [Diagnostic] = []
    if let shortfall {
      let (cause, remedy) = shortfall.words
      warnings.append(
        Diagnostic(
          id: "fewer-threads", severity: .warning,
          message: "computes with \(counted(given, "thread")) instead of \(grouped(asked)): \(cause)",
          notes: [remedy]))
    }
    if wasDynamic {
      warnings.append(
        Diagnostic(
          id: "fixed-threads", severity: .warning,
          message: "OMP_DYNAMIC is not followed: kernels need a fixed number of threads, and have "
            + "\(grouped(given))",
          notes: ["choose the number with OMP_NUM_THREADS"]))
    }
    return warnings
  }
}

extension ThreadTeam.Shortfall {
  fileprivate var words: (cause: String, remedy: String) {
    switch self {
    case .limited:
      ("OMP_THREAD_LIMIT allows no more", "raise OMP_THREAD_LIMIT, or leave it unset, for all of them")
    case .nothingParallel:
      ("OMP_MAX_ACTIVE_LEVELS is 0", "leave OMP_MAX_ACTIVE_LEVELS unset, or set it to 1, for all of them")
    case .tooMany:
      ("so many would wait for one another", "set OMP_NUM_THREADS to the number of cores, or leave it unset")
    case .refused:
      ("the system gives no more", "raise the limit of processes (ulimit -u), or lower OMP_NUM_THREADS")
    }
  }
}
