import CKernels
import OneDNN

/// What the processor that the program runs on can do.
package enum Processor {
  /// True where products of u8 and s8 are added in 32 bits (VNNI).
  ///
  /// Other x86 processors add two of them in 16 bits, which saturate: 2·255·127 > 32767.
  package static let hasExactByteProducts = addsByteProductsExactly

  /// The instructions that kernels are chosen by: of `avx2`, `avx512`, `vnni`, `bf16` those that it has.
  package static let features: [String] = {
    let found = ck_processor_features()
    return ["avx2", "avx512", "vnni", "bf16"].enumerated().filter { found >> $0.offset & 1 != 0 }.map(
      \.element)
  }()

  /// Threads that kernels run on.
  package static var threadCount: Int { Int(ck_thread_count()) }
}
