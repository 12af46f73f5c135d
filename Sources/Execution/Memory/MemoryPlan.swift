/// A buffer of a plan, before it has an address.
struct BufferID: Hashable {
  let index: Int
}

/// Gives every buffer a place in one arena; buffers that are never alive together share theirs.
struct MemoryPlan {
  private struct Region {
    var byteCount: Int
    var first = Int.max
    var last = Int.min
    var offset = 0
  }

  /// Cache lines, and the widest vectors.
  static let alignment = 64

  private var regions: [Region] = []

  mutating func reserve(_ byteCount: Int) -> BufferID {
    let rounded = (max(byteCount, 1) + Self.alignment - 1) / Self.alignment * Self.alignment
    regions.append(Region(byteCount: rounded))
    return BufferID(index: regions.count - 1)
  }

  /// Marks a buffer as alive at a step; it stays so between its first and its last.
  mutating func touch(_ id: BufferID, at step: Int) {
    regions[id.index].first = min(regions[id.index].first, step)
    regions[id.index].last = max(regions[id.index].last, step)
  }

  /// Places the buffers, larger ones first, each at the lowest offset that is free during its life.
  ///
  /// Returns the arena's size.
  mutating func place() -> Int {
    var placed: [Int] = []
    var total = 0
    let order = regions.indices.sorted {
      (regions[$0].byteCount, $1) > (regions[$1].byteCount, $0)
    }
    for index in order where regions[index].first <= regions[index].last {
      let region = regions[index]
      let rivals = placed.map { regions[$0] }
        .filter { $0.first <= region.last && region.first <= $0.last }
        .sorted { $0.offset < $1.offset }
      var offset = 0
      for rival in rivals where rival.offset < offset + region.byteCount {
        offset = max(offset, rival.offset + rival.byteCount)
      }
      regions[index].offset = offset
      placed.append(index)
      total = max(total, offset + region.byteCount)
    }
    return total
  }

  func offset(of id: BufferID) -> Int { regions[id.index].offset }

  /// The longest run of bytes in an arena of `total` that holds none of the buffers, once they are placed.
  func longestRun(beside buffers: [BufferID], of total: Int) -> Range<Int> {
    var longest = 0..<0
    var start = 0
    let taken = buffers.map { regions[$0.index] }.sorted { $0.offset < $1.offset }
    for (first, end) in taken.map({ ($0.offset, $0.offset + $0.byteCount) }) + [(total, total)] {
      if first - start > longest.count { longest = start..<first }
      start = max(start, end)
    }
    return longest
  }
}
