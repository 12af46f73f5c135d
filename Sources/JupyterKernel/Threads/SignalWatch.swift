import Glibc
import Synchronization

/// Takes the process's signals on a thread of its own: SIGINT stops the cell that runs, SIGTERM and SIGHUP the kernel.
final class SignalWatch: Sendable {
  private let hasToEnd = Atomic<Bool>(false)
  private let activity: Activity
  private let wake: WakePipe

  /// To be called before any thread is started, for these inherit what is blocked.
  init(activity: Activity, wake: WakePipe) {
    self.activity = activity
    self.wake = wake
    var set = Self.signals
    pthread_sigmask(SIG_BLOCK, &set, nil)
    // A socket or a pipe that nobody reads any more is an error of the write.
    signal(SIGPIPE, SIG_IGN)
  }

  /// True once a signal asked the kernel to end.
  var isEnding: Bool { hasToEnd.load(ordering: .relaxed) }

  /// Waits for signals until the process ends.
  func run() {
    var set = Self.signals
    while true {
      var number: Int32 = 0
      guard sigwait(&set, &number) == 0 else { continue }
      activity.interrupt()
      guard number != SIGINT else { continue }
      end()
    }
  }

  /// Asks the kernel to end.
  func end() {
    hasToEnd.store(true, ordering: .relaxed)
    wake.wake()
  }

  private static var signals: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&set, number) }
    return set
  }
}
