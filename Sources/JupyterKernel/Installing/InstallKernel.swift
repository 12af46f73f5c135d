import Foundation
package import Language

/// Why the kernel can't be installed or removed.
package enum InstallError: Error, Equatable {
  case noHome
  /// No environment of Python is active.
  case noEnvironment
  /// The folder holds another kernel.
  case foreign(folder: String)
  case notThere(folder: String)
  case unwritable(path: String, reason: String)
}

extension InstallError {
  /// 2 where the command line asks for what can't be.
  package var exitCode: Int32 {
    switch self {
    case .noHome, .noEnvironment, .notThere: 2
    case .foreign, .unwritable: 1
    }
  }

  package var diagnostic: Diagnostic {
    switch self {
    case .noHome:
      Diagnostic(
        id: "no-home-folder", message: "HOME isn't set, so there is no folder of the user's own",
        notes: ["try: qatlab kernel install --prefix /usr/local"])
    case .noEnvironment:
      Diagnostic(
        id: "no-python-environment", message: "no environment of Python is active: VIRTUAL_ENV isn't set",
        notes: ["activate one, or name its folder: qatlab kernel install --prefix DIR"])
    case .foreign(let folder):
      Diagnostic(
        id: "foreign-kernel", message: "\(quoted(folder)) holds another kernel, and is left as it is",
        notes: ["move it away, or choose another place with --prefix"])
    case .notThere(let folder):
      Diagnostic(
        id: "kernel-not-installed", message: "there is no kernel in \(quoted(folder))",
        notes: ["qatlab kernel list tells where there is one"])
    case .unwritable(let path, let reason):
      Diagnostic(id: "unwritable-file", message: "can't write \(quoted(path)): \(reason)")
    }
  }
}

/// A kernel of this program that Jupyter finds.
package struct InstalledKernel: Sendable, Equatable {
  package var folder: String
  package var program: String
  /// False where the program isn't there any more.
  package var isRunnable: Bool
}

/// The kernel in a folder; nil where none of this program is.
package func installedKernel(in folder: String) -> InstalledKernel? {
  guard let text = try? String(contentsOfFile: folder + "/kernel.json", encoding: .utf8),
    let program = KernelSpec.program(of: text)
  else { return nil }
  return InstalledKernel(
    folder: folder, program: program, isRunnable: FileManager.default.isExecutableFile(atPath: program))
}

/// Writes the kernel's files; an older installation is replaced, another kernel is not.
package func install(_ spec: KernelSpec, in folder: String) throws(InstallError) {
  let file = folder + "/kernel.json"
  if FileManager.default.fileExists(atPath: file), installedKernel(in: folder) == nil {
    throw .foreign(folder: folder)
  }
  do {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // The file that makes it a kernel comes last.
    for (name, bytes) in try spec.files().reversed() {
      try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name), options: .atomic)
    }
  } catch {
    throw .unwritable(path: folder, reason: reason(error))
  }
}

/// Takes the kernel's own files away, and the folder where nothing else is in it.
package func removeKernel(from folder: String) throws(InstallError) {
  guard installedKernel(in: folder) != nil else {
    let isThere = FileManager.default.fileExists(atPath: folder + "/kernel.json")
    throw isThere ? .foreign(folder: folder) : .notThere(folder: folder)
  }
  do {
    for (name, _) in try KernelSpec(program: "").files() {
      let path = folder + "/" + name
      if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
    }
    if try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty {
      try FileManager.default.removeItem(atPath: folder)
    }
  } catch {
    throw .unwritable(path: folder, reason: reason(error))
  }
}

/// The system's own words, where the error has them.
private func reason(_ error: any Error) -> String {
  let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
  let code = underlying.flatMap { $0.domain == NSPOSIXErrorDomain ? Int32($0.code) : nil }
  return code.map { String(cString: strerror($0)) } ?? error.localizedDescription
}
