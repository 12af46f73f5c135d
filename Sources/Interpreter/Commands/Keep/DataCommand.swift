import Datasets
import Language
import Text

extension Keyword {
  static let limit = Keyword(
    "limit", .count(1...1_000_000), otherwise: "all", example: "20000", "only the first N training images")
  static let test = Keyword(
    "test", .either([.count(1...1_000_000), .real(testShares), .text]), otherwise: "all", example: "2000",
    "only the first N test images; of a folder of pictures the share for testing (20%) or the folder (\"test\")"
  )
  static let validation = Keyword(
    "validation", .either([.real(testShares), .text]), otherwise: "none", example: "10%",
    "training images set apart to choose on, a share of each class; of a folder of pictures also a folder (\"valid\")"
  )
  static let size = Keyword(
    "size", .count(allowedImageSizes), otherwise: "as the files have it", example: "32",
    "height and width to resize to, bilinear; pictures are cropped to a square, with antialiasing")
  private static let testShares = RealRange(lower: 0, upper: 1, includesLower: false, includesUpper: false)
  static let label = Keyword(
    "label", .pattern, otherwise: "sub-folders are the classes", example: "\"^(.*)_[0-9]+\"",
    "the class by the file's name: the group of a pattern, or whether it matches")
  static let classes = Keyword(
    "classes", .names, otherwise: "all there are", example: "cat, dog",
    "which classes of a folder, or the names of labels; a number N names them 0 to N - 1")
  static let stretch = Keyword(
    "stretch", .flag, otherwise: "crop", "scale both sides of a picture instead of cropping")
  static let grey = Keyword("grey", .flag, otherwise: "colour", "pictures in one channel")
  static let skipBroken = Keyword(
    "skip-broken", .flag, otherwise: "stop at the first",
    "leave out pictures that can't be read, and say which")
  static let path = Keyword(
    "path", .text, otherwise: "the installed package", example: "\"folder\"", "folder that holds the files")
  static let dataSeed = Keyword(
    "seed", .count(seedRange), otherwise: "the session's", example: "7",
    "seed of images that are drawn, and of a folder's order and division")
  static let augment = Keyword(
    "augment", .flag, otherwise: "off", "crop at random and mirror the training images")
  static let jitter = Keyword(
    "jitter", .real(RealRange(lower: 0, upper: 1, includesLower: false)), otherwise: "off", example: "0.2",
    "with augment: change brightness, contrast and saturation by up to this share")
}

extension Command {
  static let data = Command(
    "data", "choose the data to train and test on",
    operands: [
      Operand(
        "a data set",
        .either([.choice(DatasetSource.catalogue.map { Choice($0.name, $0.summary) }), .text])),
      Operand("its folder", .text, .optional),
    ],
    keywords: [
      .limit, .test, .validation, .size, .path, .dataSeed, .augment, .jitter, .label, .classes, .stretch,
      .grey,
      .skipBroken,
    ],
    examples: [
      "data fashion-mnist limit 20000", "data shapes size 32 augment", "data mnist path \"mnist\"",
      "data \"pets\" size 64", "data \"pets\" label \"^(.*)_\\d+\\.jpg$\" size 64 test 20%",
      "data \"pets\" label \"^[A-Z]\" classes cat, dog size 64 grey skip-broken",
      "data cifar10 path \"cifar\" augment jitter 0.2", "data fashion-mnist validation 10%",
    ],
    footprint: { arguments, _ in
      let isDrawn = arguments.word(at: 0).flatMap { DatasetSource.named($0.text) }?.isDrawn ?? false
      return Footprint(
        uses: isDrawn ? arguments.sessionSeed(unless: .dataSeed) : [], settings: [.data])
    }
  ) { arguments, workspace in
    if let range = arguments.range(of: .path), arguments.folderOperand != nil {
      throw SessionError.folderTwice(range)
    }
    if let range = arguments.clauseRange(.jitter), !arguments.has(.augment) {
      throw StatementError.pointless(range, option: "jitter", without: "augment")
    }
    let choice = DataChoice(arguments) { workspace.sessionSeed }
    // Its files were read by no trial, and are by the next statement that needs them.
    guard !workspace.isTrial else { return Plan(changes: [.set(.data, choice.text)]) { _, _ in .done } }
    let dataset: Dataset
    do throws(DatasetError) {
      dataset = try workspace.library.reload(choice)
    } catch {
      throw SessionError.data(error, place(of: error, in: arguments))
    }
    let data = ChosenData(choice: choice, dataset: dataset, isStandard: false)
    let summary = description(of: data)
    return Plan(changes: [.set(.data, choice.text)]) { workspace, console in
      console.text(summary)
      console.figures(of: data, workspace.library)
      if let finding = workspace.constantFinding(data) { console.put(.finding(finding)) }
      return .done
    }
  }
}

/// The words that an error of loading is about: the option that was wrong, else the data's name.
private func place(of error: DatasetError, in arguments: Arguments) -> SourceRange {
  let name = arguments.operands.first?.range ?? arguments.verb.range
  if let keyword = keyword(of: error), let range = arguments.range(of: keyword) { return range }
  return error.isOfFolder ? arguments.folderOperand ?? name : name
}

private func keyword(of error: DatasetError) -> Keyword? {
  switch error {
  case .limitOutOfRange(.training, _, _): .limit
  case .limitOutOfRange(.test, _, _): .test
  case .sizeOutOfRange, .sizeTooLarge(nil, _, _), .pictureSizesDiffer: .size
  case .badPattern, .unlabelled: .label
  case .classMissing, .classCount: .classes
  case .folderMissing(dataset: "the test images", _), .optionNotTaken(_, .test): .test
  case .folderMissing(dataset: "the validation images", _), .optionNotTaken(_, .validation),
    .nothingForValidation, .folderTwice:
    .validation
  case .optionNotTaken(_, .label): .label
  case .optionNotTaken(_, .classes): .classes
  case .optionNotTaken(_, .stretch): .stretch
  case .optionNotTaken(_, .grey): .grey
  case .optionNotTaken(_, .skipBroken): .skipBroken
  case .unknownDataset, .folderNeeded, .cancelled: nil
  case .folderNotTaken, .folderMissing, .fileMissing, .unreadable, .notGzip, .damaged, .truncated,
    .trailingBytes, .badMagic, .empty, .labelsMismatch, .labelOutOfRange, .imageSizesDiffer,
    .imageChannelsDiffer, .channelsUnknown, .filesAmbiguous, .noClasses, .emptyClass, .unknownClass,
    .classesOutOfRange, .linkRefused, .badPicture, .sizeTooLarge(.some, _, _):
    .path
  }
}

extension DatasetError {
  /// True where the folder of the data is to be looked at.
  fileprivate var isOfFolder: Bool { keyword(of: self)?.name == Keyword.path.name }
}

extension Arguments {
  /// Where the folder stands among the operands.
  var folderOperand: SourceRange? {
    operands.last { if case .text = $0.value { true } else { false } }?.range
  }
}

/// Counts, classes and statistics of loaded data, and what was left out.
func description(of data: ChosenData) -> String {
  let dataset = data.dataset
  let statistics = zip(dataset.mean, dataset.trueDeviation)
    .map { fixed(Double($0), 4) + " ± " + fixed(Double($1), 4) }.joined(separator: ", ")
  var lines = [
    "\(data.choice.text): " + imageCounts(dataset)
      + " of \(data.shape), \(counted(data.classes, "class", plural: "classes"))",
    "standardised with the training images' mean ± deviation: \(statistics)",
  ]
  if !dataset.leftOut.isEmpty {
    let shown = dataset.leftOut.prefix(5)
    lines.append("left out: \(counted(dataset.leftOut.count, "file")) that can't be read")
    lines += shown.map { "  " + $0 }
    if shown.count < dataset.leftOut.count { lines.append("  …") }
  }
  return lines.joined(separator: "\n")
}

/// "9,000 training, 1,000 validation and 10,000 test images".
private func imageCounts(_ dataset: Dataset) -> String {
  var parts = [(dataset.training.count, "training")]
  if let validation = dataset.validation { parts.append((validation.count, "validation")) }
  parts.append((dataset.test.count, "test"))
  return sentence(parts.map { "\(grouped($0.0)) \($0.1)" }) + (dataset.test.count == 1 ? " image" : " images")
}
