import Glibc

/// Tells whether the program that started the kernel, and would end it, is still there.
package struct ParentWatch: Sendable {
  /// The process that `JPY_PARENT_PID` names; nil for a kernel that was started by hand, which outlives its shell.
  private let manager: pid_t?
  private let first: pid_t

  package init(environment: (String) -> String?) {
    manager = environment("JPY_PARENT_PID").flatMap { pid_t($0) }.flatMap { $0 > 1 ? $0 : nil }
    first = getppid()
  }

  /// True once there is nobody to end the kernel.
  package var isGone: Bool {
    guard let manager else { return false }
    return getppid() != first || (kill(manager, 0) != 0 && errno == ESRCH)
  }
}
