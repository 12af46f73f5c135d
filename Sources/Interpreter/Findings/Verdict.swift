import Language
import Text
import Training

extension Console {
  /// Puts out what a cell was found to show.
  func put(_ findings: [Finding]) { for finding in findings { put(.finding(finding)) } }

  /// How far a model is from the one that it was made from, and what of that is within chance on so many images.
  ///
  /// The metrics are the change and the ends of its interval, in points.
  func verdict(_ name: String, beside start: String, _ difference: PairedDifference, accuracy: Double) {
    let change = difference.change
    metric(
      name, "change_points", change.points,
      text: "\(name) has \(percentage(accuracy)), \(start) has "
        + "\(percentage(accuracy + difference.loss)): \(difference.changeWords)",
      cases: difference.images)
    metric(name, "change_low_points", change.low, cases: difference.images)
    metric(name, "change_high_points", change.high, cases: difference.images)
  }

  /// How sure an accuracy is that nothing is there to set it against, and what guessing has.
  func verdict(_ evidence: RunEvidence) {
    let interval = shareInterval(evidence.accuracy, of: evidence.labels.count)
    text(
      "\(evidence.name): \(fixed(100 * interval.lowerBound, 2)) to \(percentage(interval.upperBound)) with 95 % "
        + "confidence on \(counted(evidence.labels.count, "test image")); always naming the commonest class has "
        + percentage(evidence.guessing))
  }
}

extension PairedDifference {
  /// Of the second against the first, in points, with the ends of its 95 % interval.
  var change: (points: Double, low: Double, high: Double) {
    (loss == 0 ? 0 : -100 * loss, -100 * interval.upperBound, -100 * interval.lowerBound)
  }

  /// "-0.89 points, beyond chance on 1,000 test images (-1.47 to -0.31 with 95 % confidence)".
  var changeWords: String {
    let change = change
    let place = interval.contains(0) ? "within" : "beyond"
    return "\(signed(change.points, 2)) points, \(place) chance on \(counted(images, "test image")) "
      + "(\(signed(change.low, 2)) to \(signed(change.high, 2)) with 95 % confidence)"
  }
}
