import Glibc

/// Memory of a plan: allocated once, aligned, zeroed, freed with the plan.
///
/// Large ones are mapped of their own, so that they become resident only as they are used, and go back to the system
/// whole.
final class Arena {
  let base: UnsafeMutableRawPointer
  let byteCount: Int
  private let mappedBytes: Int

  /// Bytes from which memory is mapped.
  private static let mappingThreshold = 1 << 20

  init(byteCount: Int) {
    self.byteCount = byteCount
    if byteCount >= Self.mappingThreshold, let mapped = Self.mapped(byteCount) {
      base = mapped
      mappedBytes = byteCount
      return
    }
    mappedBytes = 0
    base = .allocate(byteCount: max(byteCount, 1), alignment: MemoryPlan.alignment)
    base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }

  deinit {
    if mappedBytes > 0 { munmap(base, mappedBytes) } else { base.deallocate() }
  }

  /// Pages of zeros, huge ones where the system has them; nil where it refuses.
  private static func mapped(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    let address = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let address, address != MAP_FAILED else { return nil }
    madvise(address, byteCount, MADV_HUGEPAGE)
    return address
  }
}

/// A few numbers a channel, that live as long as the plan.
final class Vector<Element: BitwiseCopyable> {
  let pointer: UnsafeMutablePointer<Element>
  let count: Int

  init(_ count: Int, repeating value: Element) {
    self.count = count
    pointer = .allocate(capacity: max(count, 1))
    pointer.initialize(repeating: value, count: count)
  }

  deinit { pointer.deallocate() }

  subscript(index: Int) -> Element {
    get { pointer[index] }
    set { pointer[index] = newValue }
  }
}
