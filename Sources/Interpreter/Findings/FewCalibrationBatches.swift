import Datasets
import Language
import Text
import Training

extension FindingKind {
  /// Fewer than 8 batches or 256 images: 8 batches of 32 images are usual, and with fewer the ranges of a network follow
  /// single images.
  static let fewCalibrationBatches = FindingKind(
    "few-calibration-batches", "ranges of activations that are taken from few images", severity: .note)
}

extension Workspace {
  /// Said before calibration on few images; nil where there are enough.
  func calibrationFinding(
    _ batches: CalibrationBatches, _ data: ChosenData, _ arguments: Arguments
  ) -> Finding? {
    let (fewest, images) = (8, 256)
    guard batches.count < fewest || batches.images < images else { return nil }
    let written = WrittenStatement(arguments.statement, in: source)
    let keyword = Keyword.calibration.name
    // As many batches of this size as make the usual number of images, where there are so many.
    let wanted = max(fewest, (images + batches.size - 1) / max(batches.size, 1))
    let isThere = wanted <= data.dataset.training.count / max(batches.size, 1)
    let sighting = Sighting(
      "\(counted(batches.images, "image")) in \(counted(batches.count, "batch", plural: "batches")) are few for "
        + "calibration: ranges may miss what other images reach",
      figure: .init("calibration_images", Double(batches.images)),
      cause: "usual: \(images) images or more in \(fewest) batches or more"
        + (isThere ? "" : "; the data has \(counted(data.dataset.training.count, "training image"))"),
      cells: isThere ? [written.with(keyword, "\(wanted)")] : [])
    return finding(.fewCalibrationBatches, sighting)
  }
}
