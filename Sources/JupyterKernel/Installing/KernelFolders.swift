import Glibc

/// Where kernels are installed so that Jupyter finds them.
package enum KernelPlace: Sendable, Equatable {
  /// The user's own folder.
  case user
  /// A prefix such as `/usr/local`.
  case prefix(String)
  /// The Python environment that is active.
  case environment

  /// The folder of the kernel's files.
  package func folder(_ environment: (String) -> String?) throws(InstallError) -> String {
    switch self {
    case .user:
      guard let data = userData(environment) else { throw .noHome }
      return data + Self.inData
    case .prefix(let path): return path + Self.inPrefix
    case .environment:
      guard let prefix = activeEnvironment(environment) else { throw .noEnvironment }
      return prefix + Self.inPrefix
    }
  }

  fileprivate static let inData = "/kernels/" + KernelSpec.name
  fileprivate static let inPrefix = "/share/jupyter" + inData
}

/// Folders in which Jupyter looks for this kernel, in its order.
package func searchedFolders(_ environment: (String) -> String?) -> [String] {
  let listed = (environment("JUPYTER_PATH") ?? "").split(separator: ":").map {
    String($0) + KernelPlace.inData
  }
  let own = userData(environment).map { $0 + KernelPlace.inData }
  let active = activeEnvironment(environment).map { $0 + KernelPlace.inPrefix }
  let system = ["/usr/local", "/usr"].map { $0 + KernelPlace.inPrefix }
  return (listed + [own, active].compactMap { $0 } + system).reduce(into: []) { folders, folder in
    if !folders.contains(folder) { folders.append(folder) }
  }
}

private func userData(_ environment: (String) -> String?) -> String? {
  func named(_ name: String) -> String? { environment(name).flatMap { $0.isEmpty ? nil : $0 } }
  return named("JUPYTER_DATA_DIR") ?? named("XDG_DATA_HOME").map { $0 + "/jupyter" }
    ?? named("HOME").map { $0 + "/.local/share/jupyter" }
}

private func activeEnvironment(_ environment: (String) -> String?) -> String? {
  (environment("VIRTUAL_ENV") ?? environment("CONDA_PREFIX")).flatMap { $0.isEmpty ? nil : $0 }
}
