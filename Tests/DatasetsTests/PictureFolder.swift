import Datasets
import Foundation
import Pictures

extension TemporaryFolder {
  /// Writes a PNG of one colour, which the number decides.
  func writePicture(_ name: String, _ number: Int, width: Int = 4, height: Int = 4) throws {
    try makeFolder(above: name)
    try write(name, picture(number, width: width, height: height))
  }

  func makeFolder(above name: String) throws {
    let folder = "\(path)/\(name)".split(separator: "/", omittingEmptySubsequences: false).dropLast()
    try FileManager.default.createDirectory(
      atPath: folder.joined(separator: "/"), withIntermediateDirectories: true)
  }

  /// Cats, dogs and emus: 10, 20 and 5 pictures of 4×4 pixels, each of its own colour.
  static func withAnimals(in part: String = "", count: (Int) -> Int = { $0 }) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.writeAnimals(in: part, count: count)
    return folder
  }

  func writeAnimals(in part: String, count: (Int) -> Int = { $0 }) throws {
    for (label, (name, number)) in [("cat", 10), ("dog", 20), ("emu", 5)].enumerated() {
      for index in 0..<count(number) {
        try writePicture("\(part)\(name)/\(name)_\(index).png", 40 * label + index)
      }
    }
  }
}

/// A PNG file of one colour: red is the number, green what is left of 255, blue 7.
func picture(_ number: Int, width: Int = 4, height: Int = 4) throws -> [UInt8] {
  let colour = [UInt8(number), UInt8(255 - number), 7]
  return try encodedPNG((0..<width * height).flatMap { _ in colour }, width: width, height: height)
}

extension ImageSet {
  /// The numbers of pictures that `picture` made, with their labels.
  var numbers: [Int] {
    (0..<count).map { Int(pixels[$0 * channels * height * width]) }
  }
}
