import Datasets
import Language
import Text

extension Keyword {
  static let limit = Keyword(
    "limit", .count(1...1_000_000), otherwise: "all", example: "20000", "only the first N training images")
  static let test = Keyword(
    "test", .count(1...1_000_000), otherwise: "all", example: "2000", "only the first N test images")
  static let size = Keyword(
    "size", .count(allowedImageSizes), otherwise: "as the files have it", example: "32",
    "height and width to resize to, bilinear")
  static let path = Keyword(
    "path", .text, otherwise: "the installed package", example: "\"folder\"", "folder that holds the files")
  static let dataSeed = Keyword(
    "seed", .count(seedRange), otherwise: "the session's", example: "7", "seed of images that are drawn")
  static let augment = Keyword(
    "augment", .flag, otherwise: "off", "crop at random and mirror the training images")
}

extension Command {
  static let data = Command(
    "data", "choose the data to train and test on",
    operands: [
      Operand(
        "a data set", .choice(DatasetSource.catalogue.map { Choice($0.name, $0.summary) }))
    ],
    keywords: [.limit, .test, .size, .path, .dataSeed, .augment],
    examples: ["data fashion-mnist limit 20000", "data shapes size 32 augment", "data mnist path \"mnist\""],
    footprint: { arguments, _ in
      let isDrawn = arguments.word(at: 0).flatMap { DatasetSource.named($0.text) }?.isDrawn ?? false
      return Footprint(
        uses: isDrawn ? arguments.sessionSeed(unless: .dataSeed) : [], settings: [.data])
    }
  ) { arguments, workspace in
    let choice = DataChoice(arguments) { workspace.sessionSeed }
    let dataset: Dataset
    do throws(DatasetError) {
      dataset = try workspace.library.reload(choice)
    } catch {
      throw SessionError.data(error, place(of: error, in: arguments))
    }
    let summary = description(of: ChosenData(choice: choice, dataset: dataset, isStandard: false))
    return Plan(changes: [.set(.data, choice.text)]) { _, console in
      console.text(summary)
      return .done
    }
  }
}

/// The words that an error of loading is about: the option that was wrong, else the data's name.
private func place(of error: DatasetError, in arguments: Arguments) -> SourceRange {
  let name = arguments.operands.first?.range ?? arguments.verb.range
  let keyword: Keyword? =
    switch error {
    case .folderNotTaken, .folderMissing, .fileMissing, .unreadable, .notGzip, .damaged, .truncated,
      .trailingBytes, .badMagic, .empty, .labelsMismatch, .labelOutOfRange, .imageSizesDiffer:
      .path
    case .limitOutOfRange(.training, _, _): .limit
    case .limitOutOfRange(.test, _, _): .test
    case .sizeTooLarge(.some, _, _): .path
    case .sizeOutOfRange, .sizeTooLarge(nil, _, _): .size
    case .unknownDataset, .folderNeeded: nil
    }
  return keyword.flatMap { arguments.range(of: $0) } ?? name
}

/// Counts, classes and statistics of loaded data, two lines.
func description(of data: ChosenData) -> String {
  let dataset = data.dataset
  let statistics = zip(dataset.mean, dataset.deviation)
    .map { fixed(Double($0), 4) + " ± " + fixed(Double($1), 4) }.joined(separator: ", ")
  return """
    \(data.choice.text): \(grouped(dataset.training.count)) training and \
    \(grouped(dataset.test.count)) test images of \(data.shape), \(data.classes) classes
    standardised with the training images' mean ± deviation: \(statistics)
    """
}
