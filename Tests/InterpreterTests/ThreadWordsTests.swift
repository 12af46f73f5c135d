import Execution
import Interpreter
import Language
import Testing

@Suite struct ThreadWordsTests {
  @Test func asManyThreadsAsWereAskedForNeedNoWord() {
    #expect(ThreadTeam(asked: 2, given: 2).warnings.isEmpty)
    #expect(ThreadTeam.current.given >= 1)
    #expect(ThreadTeam.current.given == Processor.threadCount)
  }

  @Test(arguments: [
    (ThreadTeam.Shortfall.limited, "OMP_THREAD_LIMIT"), (.nothingParallel, "OMP_MAX_ACTIVE_LEVELS"),
    (.tooMany, "OMP_NUM_THREADS"), (.refused, "ulimit -u"),
  ])
  func fewerAreSaidWithCauseAndRemedy(shortfall: ThreadTeam.Shortfall, name: String) throws {
    let team = ThreadTeam(asked: 4000, given: 1, shortfall: shortfall, wasDynamic: true)
    let warnings = team.warnings
    #expect(warnings.map(\.id) == ["fewer-threads", "fixed-threads"])
    #expect(warnings.map(\.severity) == [.warning, .warning])
    #expect(warnings[0].message.hasPrefix("computes with 1 thread instead of 4,000: "))
    #expect((warnings[0].message + warnings[0].notes.joined()).contains(name))
    #expect(warnings[1].message.contains("OMP_DYNAMIC"))
  }
}
