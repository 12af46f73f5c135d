import Datasets
import Quantization
import Text
import Training

/// Data whose validation images choose: those that are set, or a half of the test images.
extension ChosenData {
  /// As trials take it: what they look at stands in the place of the test images.
  var trialDataset: Dataset {
    var dataset = self.dataset
    if let validation = dataset.validation { (dataset.test, dataset.validation) = (validation, nil) }
    return dataset
  }

  /// What one of the images that choose is called.
  func choosingNoun(asHalfOf whole: ChosenData) -> String {
    whole.dataset.validation == nil ? "choosing test image" : "validation image"
  }

  /// What a policy, calibrated, loses against float on the first test images, which had no part in the choice; nil where
  /// it was cancelled.
  func verified(
    _ trials: QuantizationTrials, _ policy: QuantizationPolicy, images: Int, _ console: Console,
    _ activity: String
  ) throws -> PairedDifference? {
    console.progress { Progress(activity: activity, done: 0, total: 1, stage: "on test images") }
    let test = dataset.test.count > images ? dataset.test[0..<images] : dataset.test
    let quantized = try trials.model(policy)
    guard
      let before = try evaluate(
        trials.float, on: test, of: dataset, cancellation: console.cancellation),
      let after = try evaluate(quantized, on: test, of: dataset, cancellation: console.cancellation)
    else { return nil }
    let labels = test.labels.map(Int.init)
    return PairedDifference(
      zip(before.predictions, labels).map { $0 == $1 }, zip(after.predictions, labels).map { $0 == $1 })
  }
}
