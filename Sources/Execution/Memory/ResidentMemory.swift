import CKernels
import Glibc

/// Memory of this process that is in use, as the kernel counts it.
package enum ResidentMemory {
  /// Largest number of bytes resident since the start or the last reset; nil where the system does not tell.
  package static var peakBytes: Int? {
    guard let file = fopen("/proc/self/status", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = line.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
      guard text.hasPrefix("VmHWM:") else { continue }
      return Int(text.filter(\.isNumber)).map { 1024 * $0 }
    }
    return nil
  }

  /// Lets the peak begin again from what is resident.
  package static func resetPeak() {
    guard let file = fopen("/proc/self/clear_refs", "w") else { return }
    fputs("5", file)
    fclose(file)
  }

  /// Gives memory that was freed back to the system, so that other parts of the program do not pile upon it.
  package static func releaseFreed() { ck_release_freed() }
}
