import CKernels
import Glibc
import OneDNN

/// What the processor that the program runs on can do, as far as kernels may use it.
package enum Processor {
  /// True while an integer model is to be made as for a processor that adds byte products with saturation.
  ///
  /// That is how another processor's results are repeated.
  @TaskLocal package static var saturatesByteProducts = false

  /// True where products of u8 and s8 are added in 32 bits (VNNI).
  ///
  /// Other x86 processors add two of them in 16 bits, which saturate: 2·255·127 > 32767. `DNNL_MAX_CPU_ISA`
  /// can hold oneDNN to such kernels on any processor.
  package static var hasExactByteProducts: Bool { addsByteProductsExactly && !saturatesByteProducts }

  /// The instructions that the program's own kernels are chosen by: of `avx2`, `avx512`, `vnni`, `bf16`, `amx`
  /// those that it has.
  package static let features: [String] = {
    let found = ck_processor_features()
    return ["avx2", "avx512", "vnni", "bf16", "amx"].enumerated().filter { found >> $0.offset & 1 != 0 }.map(
      \.element)
  }()

  /// True where the program's own kernels multiply on matrix units (AMX): `DNNL_MAX_CPU_ISA` holds them back with
  /// oneDNN's.
  package static let hasMatrixUnits = features.contains("amx") && processorMultipliesTiles

  /// Instructions that oneDNN makes its kernels of, "avx2": those of the processor, held to
  /// `DNNL_MAX_CPU_ISA`.
  package static let instructionSet = oneDNNInstructionSet

  /// Version of oneDNN, "2.6.3".
  package static let libraryVersion = oneDNNVersion

  /// Bytes of the first and second data cache of a core, by which oneDNN cuts its work into blocks; 0 where
  /// unknown.
  package static let cacheBytes: [Int] = [_SC_LEVEL1_DCACHE_SIZE, _SC_LEVEL2_CACHE_SIZE].map {
    max(0, sysconf(Int32($0)))
  }

  /// Cores that the process may use.
  package static var coreCount: Int { max(1, Int(ck_core_count())) }

  /// Threads that kernels run on.
  package static var threadCount: Int { Int(ck_thread_count()) }

  /// Asks for another number of threads for all that the calling thread computes from here on.
  ///
  /// `threadCount` tells how many it got.
  package static func useThreads(_ count: Int) { ck_set_thread_count(Int32(clamping: count)) }
}
