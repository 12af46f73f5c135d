import Terminal
import Testing

@Suite struct PagerTests {
  @Test(arguments: [
    (["QATLAB_PAGER": "more", "PAGER": "most"], "more"), (["PAGER": "most -s"], "most -s"),
    (["QATLAB_PAGER": "", "PAGER": "most"], nil), (["QATLAB_PAGER": " "], nil), (["PAGER": ""], nil),
    (["PATH": "/nonexistent:"], nil), ([:], nil),
  ])
  func theUsersOwnPagerComesFirstAndEmptyTurnsItOff(_ environment: [String: String], _ command: String?) {
    #expect(Pager { environment[$0] }?.command == command)
  }
}
