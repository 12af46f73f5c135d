import Execution

/// The threads that a cell's statements compute with: those of the session where it sets them, else those that the
/// calling thread had before.
struct ThreadCount {
  /// Most threads for each core of the machine: with more they wait for one another.
  static let mostForEachCore = 4

  /// Those that the process has by itself.
  private let own = Processor.threadCount

  /// Takes what the session says by now.
  func follow(_ workspace: Workspace) { use(workspace.threads ?? own) }

  func restore() { use(own) }

  private func use(_ count: Int) {
    if count != Processor.threadCount { Processor.useThreads(count) }
  }

  /// As many as this machine can make use of.
  static var most: Int { max(8, mostForEachCore * Processor.coreCount) }
}

extension Workspace {
  /// How many threads the session sets; nil where it leaves that to the process.
  var threads: Int? { settings[.threads].flatMap { Int($0) }.flatMap { (1...4096).contains($0) ? $0 : nil } }
}
