import Datasets
import Language
import Pictures
import SessionStore
import Text
import Training

/// The data in use, and the folder that its images go to as PNG files: part, class, number.
struct ExportedImages {
  /// What stands in the place of a model's name.
  static let word = "data"

  private let data: ChosenData
  private let place: SourceRange
  private let folder: WholeFolder
  /// Names of classes as folders can have them.
  private let classes: [String]

  init(_ data: ChosenData, to path: String, _ place: SourceRange) throws {
    self.data = data
    self.place = place
    folder = WholeFolder(FilePath(path).expanded)
    classes = data.dataset.classNames.map(Self.folderName)
    var first: [String: Int] = [:]
    for (label, name) in classes.enumerated() {
      if let other = first.updateValue(label, forKey: name) {
        let names = data.dataset.classNames
        throw ExportRefusal.sameFolder(place, classes: [names[other], names[label]], folder: name)
      }
    }
    try checkPlace()
  }

  /// A class's name without what a folder's can't have; a full stop at the start would hide it.
  private static func folderName(_ name: String) -> String {
    let name = name.replacing("/", with: "-")
    return name.isEmpty || name.hasPrefix(".") ? "_" + name : name
  }

  private func checkPlace() throws(ExportRefusal) {
    switch folder.place {
    case .free, .filled: break
    case .occupied(let occupant): throw .occupied(place, path: folder.path, by: occupant)
    case .noFolder(let above): throw .noFolder(place, folder: above)
    case .closedFolder(let above): throw .closedFolder(place, folder: above)
    }
  }

  private var total: Int { data.dataset.training.count + data.dataset.test.count }

  func run(_ console: Console) throws -> PlanEnding {
    if let note = data.note { console.note(note) }
    do {
      if folder.place == .filled {
        guard let isThere = try isThereAlready(console) else { return .interrupted }
        if !isThere { throw ExportRefusal.folderFilled(place, path: folder.path) }
        tell(console, "are there already, the same")
      } else {
        guard try write(console) else { return .interrupted }
        tell(console, "as PNG")
      }
    } catch let error as StoreError {
      throw SessionError.store(error, place)
    } catch let error as PictureError {
      throw SessionError.store(.unwritable(path: folder.path, reason: "\(error)"), place)
    }
    return .done
  }

  /// `found` says what was there before, on which nothing depends that a replay compares.
  private func tell(_ console: Console, _ found: String) {
    let dataset = data.dataset
    let images =
      "\(folder.path): \(counted(dataset.training.count, "training image")) and "
      + "\(counted(dataset.test.count, "test image")) of \(counted(data.classes, "class", plural: "classes"))"
    console.text(measured: "\(images) \(measured: found)")
    let renamed = zip(dataset.classNames, classes).filter { $0 != $1 }
    if !renamed.isEmpty {
      console.note(
        "as folders: " + renamed.map { "\(quoted($0)) is \(quoted($1))" }.joined(separator: ", "))
    }
    console.metric(Self.word, "export_images", Double(total))
  }

  private func write(_ console: Console) throws -> Bool {
    try folder.write { add in
      try forEachImage(console) { name, bytes in
        try add(name, bytes)
        return true
      }
    }
  }

  /// Whether the folder holds these images and nothing else; nil where that was stopped.
  private func isThereAlready(_ console: Console) throws -> Bool? {
    guard folder.fileCount == total else { return false }
    var isSame = true
    let ended = try forEachImage(console) { name, bytes in
      isSame = folder.file(name, limit: bytes.count) == bytes
      return isSame
    }
    return isSame ? (ended ? true : nil) : false
  }

  /// Gives each image's path and file, until `body` wants no more; false where it was stopped.
  private func forEachImage(_ console: Console, _ body: (String, [UInt8]) throws -> Bool) throws -> Bool {
    let watch = Stopwatch()
    var done = 0
    for (part, images) in [("train", data.dataset.training), ("test", data.dataset.test)] {
      for image in 0..<images.count {
        if console.cancellation.isCancelled { return false }
        let name = "\(part)/\(classes[Int(images.labels[image])])/\(digits(image + 1)).png"
        guard try body(name, try file(of: image, images)) else { return false }
        done += 1
        console.progress {
          Progress(
            activity: "write images", done: done, total: total,
            secondsLeft: watch.seconds / Double(done) * Double(total - done))
        }
      }
    }
    return true
  }

  private func file(of image: Int, _ images: ImageSet) throws(PictureError) -> [UInt8] {
    let plane = images.height * images.width
    let isGrey = images.channels == 1
    let pixels =
      isGrey ? Array(images.pixels[image * plane..<(image + 1) * plane]) : images.colours(of: image)
    return try encodedPNG(pixels, width: images.width, height: images.height, isGrey: isGrey)
  }

  /// As many digits for all, so that files lie in the order of the images.
  private func digits(_ number: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, 6 - text.count)) + text
  }
}
