import Datasets
import Language
import Text
import Training

extension ChosenData {
  /// The data as a run has it that chooses among its epochs, and what is to be said of the images that choose.
  ///
  /// Throws where there are too few test images for two halves.
  func forChoosingEpochs(
    _ recipe: TrainingRecipe, _ arguments: Arguments
  ) throws -> (data: ChosenData, notes: [String]) {
    guard recipe.selection != nil else { return (self, []) }
    let range = arguments.range(of: .keepBest) ?? arguments.range(of: .stopEarly) ?? arguments.verb.range
    let data = try withImagesToChooseOn(at: range)
    return (data, [data.choosingWords("epochs are chosen", asHalfOf: self)])
  }

  /// The data with validation images: those that are set, else a fixed half of the test images.
  func withImagesToChooseOn(at range: SourceRange) throws(StatementError) -> ChosenData {
    guard let dataset = dataset.withImagesToChooseOn else {
      throw .tooFewToChoose(range, images: dataset.test.count)
    }
    var data = self
    data.dataset = dataset
    return data
  }

  /// "epochs are chosen on 500 of the 1,000 test images, a fixed half of each class, and …", of data with images to
  /// choose on that was made of `whole`.
  func choosingWords(_ what: String, asHalfOf whole: ChosenData) -> String {
    let choosing = dataset.validation?.count ?? 0
    guard whole.dataset.validation == nil else {
      return "\(what) on \(counted(choosing, "validation image")); test images only measure"
    }
    return
      "\(what) on \(grouped(choosing)) of the \(grouped(whole.dataset.test.count)) test images, a fixed half of each "
      + "class, and the figures are of the other \(grouped(dataset.test.count)) (to keep all for testing: data "
      + "\(whole.choice.text) validation 10%)"
  }
}

extension Console {
  /// Says which epoch's weights a model has, and why the run ended.
  func choice(
    of chosen: EpochReport, _ outcome: TrainingOutcome, _ recipe: TrainingRecipe, _ name: String,
    _ data: ChosenData
  ) {
    let images = counted(data.dataset.validation?.count ?? 0, "image")
    if outcome.stoppedEarly, let patience = recipe.selection?.patience {
      note(
        "ended after epoch \(outcome.epochsDone) of \(recipe.epochs): \(counted(patience, "epoch")) in a row "
          + (patience == 1 ? "was" : "were") + " no better")
    }
    guard outcome.chosenEpoch != nil else { return }
    metric(
      name, "best_epoch", Double(chosen.epoch),
      text:
        "\(name) has the weights of epoch \(chosen.epoch) of \(outcome.epochsDone): \(percentage(chosen.testAccuracy)) "
        + "on the \(images) to choose on")
  }
}

extension ImageSet {
  /// How many images each class has.
  func classCounts(of classes: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: classes)
    for label in labels where counts.indices.contains(Int(label)) { counts[Int(label)] += 1 }
    return counts
  }
}
