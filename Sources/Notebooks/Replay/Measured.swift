/// Results that depend on the moment: durations and speeds, which are never compared.
///
/// Metrics and cells of tables that a command itself calls so are left out too.
package enum Measured {
  /// Last parts of names of metrics.
  package static let metrics: Set<String> = [
    "latency_ms", "throughput", "speedup", "step_ms", "teacher_step_ms", "plan_ms", "seconds",
    "training_seconds",
  ]
  /// Last parts of names that follow from the kernels which a processor and its threads get.
  ///
  /// Of `show plan`; in another environment neither they nor the tables that have such a column are compared.
  package static let kernels: Set<String> = ["plan_bytes", "code"]

  /// True for the axis of a curve that counts time.
  static func isAxis(_ label: String?) -> Bool {
    guard let label else { return false }
    return ["seconds", "ms", "time", "images/s"].contains {
      label.split(separator: " ").contains(Substring($0))
    }
  }
}
