package import Pictures

/// How a folder of pictures is read: which class each file has, what becomes of its pixels, and which are for testing.
package struct PictureReading: Hashable, Codable, Sendable {
  /// A pattern for file names, whose group is the class, or without a group whether a name has it; nil where sub-folders
  /// are the classes.
  package var label: String?
  package var fit: PictureForm.Fit
  package var isGrey: Bool
  /// Goes on where a file can't be read, and tells which were left out.
  package var skipsBroken: Bool
  /// Where the test images come from; nil for a folder `test` or `valid` where there is one, else a fifth.
  package var test: Test?

  package enum Test: Hashable, Codable, Sendable {
    /// This share of each class, chosen by the seed.
    case share(Double)
    /// A folder in the folder.
    case folder(String)
  }

  /// The share that is for testing where nothing says otherwise.
  static let usualTestShare = 0.2

  package init(
    label: String? = nil, fit: PictureForm.Fit = .crop, isGrey: Bool = false, skipsBroken: Bool = false,
    test: Test? = nil
  ) {
    self.label = label
    self.fit = fit
    self.isGrey = isGrey
    self.skipsBroken = skipsBroken
    self.test = test
  }

  /// Reading as it is where nothing was chosen.
  package static let usual = PictureReading()
}

extension PictureReading.Test {
  /// As the `data` command takes it: `20%`, `"folder"`.
  var words: String {
    switch self {
    case .folder(let name): quoted(name)
    case .share(let share):
      // A percentage is shown where it is read back as the same number.
      plainPercentage(share) ?? "\(share)"
    }
  }
}

/// "20%" of 0.2; nil where no such text gives the number again.
private func plainPercentage(_ share: Double) -> String? {
  let hundredths = (share * 1e6).rounded() / 1e4
  guard hundredths / 100 == share else { return nil }
  let text = "\(hundredths)"
  return (text.hasSuffix(".0") ? String(text.dropLast(2)) : text) + "%"
}
