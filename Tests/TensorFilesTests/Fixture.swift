import Foundation
import TensorFiles
import Testing

/// Files that `Tests/Clients/torch_files.py` wrote, and what is in them.
enum Fixture {
  struct Expected: Decodable {
    var shape: [Int]
    var values: [Float]
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    let url = try #require(Bundle.module.url(forResource: name, withExtension: nil, subdirectory: "Fixtures"))
    return Array(try Data(contentsOf: url))
  }

  static func expected() throws -> [String: Expected] {
    try JSONDecoder().decode([String: Expected].self, from: Data(bytes("expected.json")))
  }
}
