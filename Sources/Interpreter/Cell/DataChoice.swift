package import Datasets
import Language
import Pictures
import Text
import Training

/// What `data` chose: kept in the session as the words that would choose it again.
package struct DataChoice: Sendable, Hashable {
  package var request: DatasetRequest
  package var augments: Bool
  /// By how much the colours of augmented images may change; nil leaves them.
  package var jitter: Double?

  /// The data of a session in which none was named.
  package static let standard = DataChoice(request: DatasetRequest(), augments: false)

  package init(request: DatasetRequest, augments: Bool, jitter: Double? = nil) {
    self.request = request
    self.augments = augments
    self.jitter = jitter
  }

  /// Reads the words of a bound `data` command; `seed` is the session's, for sets that are drawn.
  package init(_ arguments: Arguments, seed: () -> UInt64) {
    let folder = arguments.text(at: 1) ?? arguments.text(at: 0)
    let name =
      arguments.word(at: 0)?.text
      ?? (folder == nil ? DataChoice.standard.request.name : DatasetSource.folder.name)
    let isDrawn = DatasetSource.named(name)?.isDrawn ?? false
    request = DatasetRequest(
      name: name, path: folder ?? arguments.text(.path), limit: arguments.count(.limit),
      testLimit: arguments.count(.test), size: arguments.count(.size),
      seed: arguments.count(.dataSeed).map(UInt64.init) ?? (isDrawn ? seed() : 0),
      classes: arguments.texts(.classes), pictures: PictureReading(arguments),
      validation: arguments.real(.validation).map { .share($0) }
        ?? arguments.text(.validation).map { .folder($0) })
    augments = arguments.has(.augment)
    jitter = arguments.real(.jitter)
  }

  /// Reads words that `text` gave; nil where they aren't understood.
  package init?(text: String) {
    let program = parse("data " + text, vocabulary: Command.vocabulary)
    let (bound, diagnostics) = bind(program)
    guard program.diagnostics.isEmpty, diagnostics.isEmpty, let (_, arguments) = bound.first else {
      return nil
    }
    self.init(arguments) { 0 }
  }

  /// The words after `data`.
  package var text: String {
    request.description + (augments ? " " + Keyword.augment.name : "")
      + (jitter.map { " \(Keyword.jitter.name) \(plain($0))" } ?? "")
  }
}

/// What is to be said of a model that was trained on another data set than the one in use.
func foreignData(_ entry: ModelEntry, _ data: ChosenData) -> String? {
  guard let own = entry.details[.data].flatMap(DataChoice.init(text:))?.request.title,
    own != data.choice.request.title
  else { return nil }
  return "\(entry.name) was trained on \(own), the data in use is \(data.choice.request.title)"
}

extension DatasetSource {
  /// True where the program draws the images, which a seed decides.
  var isDrawn: Bool {
    switch origin {
    case .drawn: true
    case .files, .cifar, .pictures: false
    }
  }
}

extension PictureReading {
  /// What a `data` command says of pictures.
  fileprivate init(_ arguments: Arguments) {
    let test: Test? =
      arguments.real(.test).map { .share($0) } ?? arguments.text(.test).map { .folder($0) }
    self.init(
      label: arguments.text(.label), fit: arguments.has(.stretch) ? .stretch : .crop,
      isGrey: arguments.has(.grey), skipsBroken: arguments.has(.skipBroken), test: test)
  }
}

/// Loaded datasets, so that cells that follow one another read files once, and what teachers made of their images.
final class DataLibrary {
  let logits = LogitsLibrary()
  /// What cells loaded, and what the front-end runs.
  var inputFiles = InputFiles()
  let answers = AnswersLibrary()
  /// What a cell came to that could not be written into the session.
  var draft: Draft?
  /// True where the content of each loaded set is to be known by its hash.
  var keepsChecksums = false {
    didSet {
      guard keepsChecksums, let loaded else { return }
      checksums[loaded.choice.request.description] = loaded.dataset.checksum
    }
  }
  /// Hashes of the sets that were loaded, by the words that choose them.
  private(set) var checksums: [String: String] = [:]
  private var loaded: (choice: DataChoice, dataset: Dataset)? { didSet { testChecksum = nil } }
  /// SHA-256 of the test images in memory, once it was asked for.
  private var testChecksum: String?
  /// Where decoded pictures are kept, and whether that may be written; nil in a session without a folder.
  private let cache: (folder: String, isWritable: Bool)?
  /// The running cell, which hears how far loading is and can stop it.
  var console: Console? { didSet { readByThisCell = nil } }
  /// What the running cell has read from its files: they are read once in a cell.
  private var readByThisCell: DatasetRequest?

  init(cache: (folder: String, isWritable: Bool)? = nil) { self.cache = cache }

  /// The words that choose the set in memory; nil where none was loaded.
  var wordsInMemory: String? { loaded?.choice.request.description }

  /// Test images of the set in memory; nil where none was loaded.
  var testImages: Int? { loaded?.dataset.test.count }

  func load(_ choice: DataChoice) throws(DatasetError) -> Dataset {
    if let loaded, loaded.choice.request == choice.request { return loaded.dataset }
    return try reload(choice)
  }

  /// Reads the files again, whatever was read by cells before.
  func reload(_ choice: DataChoice) throws(DatasetError) -> Dataset {
    if let loaded, loaded.choice.request == choice.request, readByThisCell == choice.request {
      return loaded.dataset
    }
    let dataset = try loadDataset(choice.request, loading(choice.request))
    loaded = (choice, dataset)
    if console != nil { readByThisCell = choice.request }
    checksums[choice.request.description] = keepsChecksums ? dataset.checksum : nil
    return dataset
  }

  /// SHA-256 of loaded data.
  func checksum(of data: ChosenData) -> String {
    let words = data.choice.request.description
    let checksum = checksums[words] ?? data.dataset.checksum
    checksums[words] = checksum
    return checksum
  }

  /// SHA-256 of the set in memory and of its test images; nil where the words choose another set.
  func content(of choice: DataChoice) -> (data: String, test: String)? {
    guard let test = testImagesInMemory(of: choice), let loaded else { return nil }
    let words = choice.request.description
    let data = checksums[words] ?? loaded.dataset.checksum
    checksums[words] = data
    return (data, test)
  }

  /// SHA-256 of the test images in memory; nil where the words choose other ones.
  func testImagesInMemory(of choice: DataChoice) -> String? {
    guard let loaded, loaded.choice.request == choice.request else { return nil }
    let checksum = testChecksum ?? loaded.dataset.test.checksum
    testChecksum = checksum
    return checksum
  }

  /// What loading may use, and how it tells how far it is.
  func loading(_ request: DatasetRequest) -> Loading {
    let watch = Stopwatch()
    let cancellation = console?.cancellation
    // Each part has a pace of its own, from the end of the one before.
    var part: DatasetPart?
    var (began, last) = (0.0, 0.0)
    return Loading(
      cacheFolder: cache?.folder, writesCache: cache?.isWritable ?? false,
      isCancelled: { cancellation?.isCancelled ?? false },
      progress: { [console] report in
        if report.part != part { (part, began) = (report.part, last) }
        last = watch.seconds
        // What is done in one step has nothing to show.
        guard report.done < report.total else { return }
        console?.progress {
          Progress(
            activity: "\(report.activity.rawValue) \(request.title)", done: report.done, total: report.total,
            stage: "\(report.part.rawValue) images",
            secondsLeft: (last - began) / Double(max(report.done, 1)) * Double(report.total - report.done))
        }
      })
  }
}
