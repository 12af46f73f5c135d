import Foundation
import Text
import Training

extension FindingKind {
  /// A finite loss of ten times that of guessing, ln C, or more: a mean cross-entropy of 10·ln C gives the right class
  /// C⁻¹⁰, which no network that learns comes near.
  static let lossExploded = FindingKind(
    "loss-exploded", "a loss that stayed a number and is so large that the network has learned nothing"
  ) { evidence in
    guard let recipe = evidence.recipe else { return nil }
    let guessing = log(Double(max(evidence.classNames.count, 2)))
    let losses = [evidence.trainingLoss, evidence.loss].compactMap { $0 }
    guard let worst = losses.max(), worst.isFinite, worst >= 10 * guessing else { return nil }
    return Sighting(
      "the loss came to \(significant(worst)), where guessing has \(significant(guessing))",
      figure: .init(evidence.name + ".loss", worst),
      cause: "the steps were too large for this network (lr \(plain(recipe.learningRate)))",
      cells: [
        evidence.again("lr", plain(tenth(of: recipe.learningRate))), evidence.again("lr", "auto"),
      ])
  }
}
