package import Foundation

/// The folder of reference files: the environment's QATLAB_REFERENCE, or the test target's own fixtures.
package func referenceFolder(fixtures: Bundle) throws -> URL {
  if let folder = ProcessInfo.processInfo.environment["QATLAB_REFERENCE"], !folder.isEmpty {
    return URL(fileURLWithPath: folder, isDirectory: true)
  }
  guard let resources = fixtures.resourceURL else {
    throw MissingReference(name: "Fixtures", expected: "among the test's resources")
  }
  return resources.appendingPathComponent("Fixtures", isDirectory: true)
}

/// The whole content of a reference file: "observers.json".
package func referenceFile(_ file: String, fixtures: Bundle) throws -> JSON {
  let url = try referenceFolder(fixtures: fixtures).appendingPathComponent(file)
  return try JSONDecoder().decode(JSON.self, from: Data(contentsOf: url))
}

/// The `cases` of a reference file.
package func referenceCases(_ file: String, fixtures: Bundle) throws -> [JSON] {
  try referenceFile(file, fixtures: fixtures).list("cases")
}
