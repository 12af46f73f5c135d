import Glibc

/// Memory of a plan: allocated once, aligned, zeroed, freed with the plan.
///
/// Large ones are mapped of their own, so that they become resident only as they are used, and go back to the system
/// whole.
final class Arena {
  let base: UnsafeMutableRawPointer
  let byteCount: Int
  private let ownership: Ownership

  private enum Ownership { case allocated, mapped, borrowed }

  /// Bytes from which memory is mapped.
  private static let mappingThreshold = 1 << 20

  init(byteCount: Int) {
    self.byteCount = byteCount
    if byteCount >= Self.mappingThreshold, let mapped = Self.mapped(byteCount) {
      base = mapped
      ownership = .mapped
      return
    }
    ownership = .allocated
    base = .allocate(byteCount: max(byteCount, 1), alignment: MemoryPlan.alignment)
    base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }

  /// Memory that belongs to another, aligned and large enough; it must outlive this, and holds anything.
  init(borrowing memory: UnsafeMutableRawPointer, byteCount: Int) {
    self.byteCount = byteCount
    base = memory
    ownership = .borrowed
  }

  deinit {
    switch ownership {
    case .allocated: base.deallocate()
    case .mapped: munmap(base, byteCount)
    case .borrowed: break
    }
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
