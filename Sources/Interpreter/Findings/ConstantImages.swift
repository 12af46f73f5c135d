import Datasets
import GraphIR
import Text

extension FindingKind {
  /// A channel in which every pixel of every training image has one value: its standard deviation is 0.
  static let constantImages = FindingKind(
    "constant-images", "training images that do not differ, in one channel or in all")
}

extension Workspace {
  /// What is to be said of training images from which nothing can be learned.
  func constantFinding(_ data: ChosenData) -> Finding? {
    let constant = data.dataset.constantChannels
    guard !constant.isEmpty else { return nil }
    let channels = data.shape.channels
    let isAll = constant.count == channels
    let what =
      isAll
      ? "every pixel of every training image has the same value"
      : "in \(counted(constant.count, "channel")) of \(channels) every pixel of every training image has the same value"
    return finding(
      .constantImages,
      Sighting(
        what + ": the deviation is 0", figure: .init("deviation", 0),
        cause: (isAll ? "constant images carry nothing" : "a constant channel carries nothing")
          + ": standardised they are 0, and a network can learn from labels alone which class is common",
        cells: ["show images"]))
  }
}
