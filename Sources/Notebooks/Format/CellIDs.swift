import Text

extension Notebook {
  /// Gives each cell without an id one, as nbformat 4.5 wants it.
  ///
  /// Ids depend on place and text alone, so that the same file gets the same ones.
  mutating func completeIDs() {
    var taken = Set(cells.compactMap { $0.members["id"]?.string })
    for index in cells.indices where cells[index].members["id"]?.string == nil {
      var seed = "\(index)\n" + cells[index].source
      while true {
        let id = cellID(seed)
        if taken.insert(id).inserted {
          cells[index].members["id"] = .string(id)
          break
        }
        seed += "\n"
      }
    }
  }
}

/// Eight hexadecimal digits of a text's FNV-1a hash.
private func cellID(_ text: String) -> String {
  let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  let digits = String(hash >> 32, radix: 16)
  return String(repeating: "0", count: 8 - digits.count) + digits
}
