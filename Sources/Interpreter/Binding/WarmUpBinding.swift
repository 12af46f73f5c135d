import Datasets
import Language
import Quantization
import Text
import Training

extension Keyword {
  static let warmUpCalibration = Keyword(
    Keyword.calibration.name, .count(1...1_000_000), otherwise: "ranges start from the first batch",
    example: "20",
    "warm-up: batches that activation ranges are taken from before the first step, as ptq does")
}

/// The warm-up that is written, for the ranges of a policy; nil where none is.
func warmUp(_ arguments: Arguments, for policy: QuantizationPolicy) throws(StatementError)
  -> RangeCalibration?
{
  guard let batches = arguments.count(.warmUpCalibration) else {
    guard let range = arguments.clauseRange(.observer) else { return nil }
    throw .pointless(range, option: Keyword.observer.name, without: Keyword.calibration.name)
  }
  var calibration = RangeCalibration(batches: batches, observer: .usual(for: policy))
  if let observer = arguments.word(.observer).flatMap({ ObserverKind(rawValue: $0.text) }) {
    calibration.observer = observer
  }
  return calibration
}

extension QuantizationRecipe {
  /// Cuts the warm-up to the batches that the data has; returns what there is to say of that.
  mutating func fitCalibration(to data: ChosenData, batchSize: Int) -> [String] {
    guard let wanted = calibration?.batches else { return [] }
    let fitting = CalibrationBatches(count: wanted, size: batchSize, of: data.dataset.training)
    calibration?.batches = fitting.count
    guard fitting.count < wanted else { return [] }
    let all = "\(counted(fitting.count, "whole batch", plural: "whole batches")) of \(fitting.size)"
    return [
      "calibration \(fitting.count): the \(grouped(data.dataset.training.count)) training images fill \(all)"
    ]
  }
}
