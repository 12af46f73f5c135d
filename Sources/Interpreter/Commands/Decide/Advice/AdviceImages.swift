import Datasets
import GraphIR
import Text
import Training

/// The images that an advice is chosen on, and those that it is verified on: never the same ones.
struct AdviceImages {
  /// Where the images come from that gates are measured on.
  enum Origin: Hashable {
    /// The images that the data has set apart to choose on.
    case validation
    /// Training images after these, which neither the model nor a gate has seen.
    case unseen(after: Int)
    /// The last training images, which no gate looks at; the model was trained on them.
    case heldOut(of: Int)
    /// The first test images, where no training image may be used or hardly any is there.
    case test(of: Int)
  }

  var origin: Origin
  /// Its test images are those that gates are measured on, its training images those that they calibrate and train on.
  var choosing: Dataset
  /// Test images that the answer is verified on; nil where there are none beside those.
  var verifying: ImageSet?

  /// Fewer images that nobody has seen are no help: then as many as were asked for are held out.
  private static let fewestUnseen = 1_000
  /// The largest part of the training images that is held out.
  private static let heldOutShare = 5

  /// Takes `wanted` images to choose on, or as many as there are.
  ///
  /// `seen` is how many of the first training images the model was trained on, nil for all of them. `mayTrain` is false
  /// where no training image may be used.
  init(
    _ data: ChosenData, wanted: Int, seen: Int?, mayTrain: Bool, _ loading: Loading
  ) throws(DatasetError) {
    let whole = data.dataset
    let training = whole.training
    choosing = whole
    choosing.validation = nil
    if mayTrain, let validation = whole.validation {
      (origin, verifying) = (.validation, whole.test)
      choosing.test = validation.count > wanted ? validation[0..<wanted] : validation
      return
    }
    if mayTrain, let seen {
      let skipped = max(seen, training.count)
      let later = try laterTrainingImages(of: data.choice.request, after: skipped, count: wanted, loading)
      if let later, later.count >= min(wanted, Self.fewestUnseen) {
        (origin, choosing.test, verifying) = (.unseen(after: skipped), later, whole.test)
        return
      }
    }
    let held = min(wanted, training.count / Self.heldOutShare)
    if mayTrain, held > 0 {
      let rest = training.count - held
      (origin, verifying) = (.heldOut(of: training.count), whole.test)
      (choosing.training, choosing.test) = (training[0..<rest], training[rest..<training.count])
      return
    }
    let count = whole.test.count > 1 ? min(wanted, whole.test.count / 2) : 1
    origin = .test(of: whole.test.count)
    choosing.test = whole.test[0..<count]
    verifying = whole.test.count > count ? whole.test[count..<whole.test.count] : nil
  }

  /// "4,000 training images that teacher has not seen (20,001 to 24,000 of fashion-mnist)".
  func words(model: String, data: ChosenData) -> String {
    let count = choosing.test.count
    switch origin {
    case .validation: return counted(count, "validation image") + ", which the data sets apart,"
    case .unseen(let skipped):
      return counted(count, "training image") + " that \(model) has not seen "
        + "(\(grouped(skipped + 1)) to \(grouped(skipped + count)) of \(data.choice.request.title))"
    case .heldOut(let all):
      return
        "the last \(grouped(count)) of \(counted(all, "training image")), which no gate calibrates or trains on"
    case .test(let all): return "the first \(grouped(count)) of \(counted(all, "test image"))"
    }
  }

  /// "; the test images verify the answer and choose nothing".
  var verifyingWords: String {
    guard verifying != nil else { return "" }
    let whole = if case .test = origin { false } else { true }
    return "; the \(whole ? "" : "other ")test images verify the answer and choose nothing"
  }

  /// What is to be said of figures on them; nil where nothing is.
  func caution(_ entry: ModelEntry, _ data: ChosenData) -> String? {
    let model = entry.name
    return switch origin {
    case .unseen, .test: nil
    case .validation:
      entry.details[.data].flatMap(DataChoice.init(text:))?.request == data.choice.request
        ? nil
        : "\(model) was not trained with these images set apart and may have seen them: losses may be larger on others"
    case .heldOut(let all):
      "\(model) was trained on these images, or may have been, so its accuracy there flatters and losses may be larger on "
        + "others (with a limit below \(grouped(all)) from its training on, advise would take images that it has not seen)"
    }
  }
}

extension Workspace {
  /// How many of the first training images of a data set a model, or one that it was started from, was trained on; nil
  /// where it may be all of them.
  func trainingImagesSeen(by entry: ModelEntry, of request: DatasetRequest) throws -> Int? {
    var lineage = [entry]
    while let start = try start(of: lineage[lineage.count - 1]),
      !lineage.contains(where: { $0.name == start.name })
    {
      lineage.append(start)
    }
    let names = Set(lineage.map(\.plainName))
    let texts =
      lineage.compactMap { $0.details[.data] }
      + (try runRows(of: names).compactMap { $0.settings["data"] })
    guard !texts.isEmpty else { return nil }
    var seen = 0
    for text in texts {
      guard let choice = DataChoice(text: text) else { return nil }
      guard choice.request.mayShareTrainingImages(with: request) else { continue }
      guard let prefix = choice.request.trainingPrefix(in: request) else { return nil }
      seen = max(seen, prefix)
    }
    return seen
  }
}
