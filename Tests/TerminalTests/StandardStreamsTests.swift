import Glibc
import Terminal
import Testing

@Suite struct StandardStreamsTests {
  /// A number that no other test opens.
  private let descriptor: Int32 = 231

  @Test func aClosedDescriptorIsOccupiedAndFailsWhenItIsUsed() {
    close(descriptor)
    occupyIfClosed(descriptor, by: O_RDONLY)
    defer { close(descriptor) }
    #expect(fcntl(descriptor, F_GETFD) >= 0)
    #expect(write(descriptor, "x", 1) == -1)
    #expect(errno == EBADF)
  }

  @Test func anOpenDescriptorIsLeftAlone() {
    let before = fcntl(STDERR_FILENO, F_GETFL)
    occupyIfClosed(STDERR_FILENO, by: O_RDONLY)
    #expect(fcntl(STDERR_FILENO, F_GETFL) == before)
  }
}
