import Foundation
import JupyterKernel
import Language
import Testing
import Text

@Suite struct InstallTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "qatlab-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test func anInstalledKernelIsFoundAndRemoved() throws {
    try withFolder { folder in
      try install(KernelSpec(program: "/bin/sh"), in: folder)
      let kernel = try #require(installedKernel(in: folder))
      #expect(kernel.program == "/bin/sh" && kernel.isRunnable && kernel.folder == folder)
      try install(KernelSpec(program: "/no/such/program"), in: folder)
      #expect(installedKernel(in: folder)?.isRunnable == false)
      for side in [32, 64] {
        let png = try Data(contentsOf: URL(fileURLWithPath: folder + "/logo-\(side)x\(side).png"))
        #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47]))
      }
      try removeKernel(from: folder)
      #expect(!FileManager.default.fileExists(atPath: folder))
      #expect(throws: InstallError.notThere(folder: folder)) { try removeKernel(from: folder) }
    }
  }

  @Test func anotherKernelIsLeftAsItIs() throws {
    try withFolder { folder in
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let file = URL(fileURLWithPath: folder + "/kernel.json")
      try Data(#"{"argv":["python"],"language":"python"}"#.utf8).write(to: file)
      #expect(throws: InstallError.foreign(folder: folder)) {
        try install(KernelSpec(program: "/bin/sh"), in: folder)
      }
      #expect(throws: InstallError.foreign(folder: folder)) { try removeKernel(from: folder) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["kernel.json"])
    }
  }

  @Test func whatIsNotOursStaysInTheFolder() throws {
    try withFolder { folder in
      try install(KernelSpec(program: "/bin/sh"), in: folder)
      try Data().write(to: URL(fileURLWithPath: folder + "/notes.txt"))
      try removeKernel(from: folder)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["notes.txt"])
    }
  }

  @Test func aFolderThatCantBeMadeIsTold() {
    let error = #expect(throws: InstallError.self) {
      try install(KernelSpec(program: "/bin/sh"), in: "/proc/nowhere/kernels/qatlab")
    }
    #expect(error?.diagnostic.message.contains("/proc/nowhere") == true)
  }

  @Test func placesAreThoseOfJupyter() throws {
    let variables = { (values: [String: String]) in { (name: String) in values[name] } }
    let home = variables(["HOME": "/home/u"])
    #expect(try KernelPlace.user.folder(home) == "/home/u/.local/share/jupyter/kernels/qatlab")
    #expect(
      try KernelPlace.user.folder(variables(["HOME": "/h", "JUPYTER_DATA_DIR": "/d"])) == "/d/kernels/qatlab")
    #expect(try KernelPlace.prefix("/usr").folder(home) == "/usr/share/jupyter/kernels/qatlab")
    #expect(throws: InstallError.noEnvironment) { try KernelPlace.environment.folder(home) }
    #expect(throws: InstallError.noHome) { try KernelPlace.user.folder(variables([:])) }
    let active = variables(["VIRTUAL_ENV": "/v", "HOME": "/h"])
    #expect(try KernelPlace.environment.folder(active) == "/v/share/jupyter/kernels/qatlab")
    #expect(searchedFolders(active).contains("/v/share/jupyter/kernels/qatlab"))
  }
}
