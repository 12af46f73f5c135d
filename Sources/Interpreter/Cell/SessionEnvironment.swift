import Execution
import SessionStore

/// What decides, beside the cells, to which bits a session computes.
package struct SessionEnvironment: Sendable, Equatable {
  /// Instructions that the program's own kernels are chosen by: `avx2`, `avx512`, `vnni`, `bf16`.
  package var processor: [String]
  /// Version of oneDNN.
  package var library: String
  /// Instructions that oneDNN makes its kernels of.
  package var instructionSet: String
  /// Bytes of a core's first and second data cache; 0 where unknown.
  package var caches: [Int]
  /// Products of bytes are added in 32 bits; else two of them in 16, and activations keep to 7 bits.
  package var addsByteProductsExactly: Bool
  /// Those that the session began with: what a cell sets is part of the program.
  package var threads: Int
  /// Seed of runs that name none.
  package var seed: UInt64
  /// SHA-256 of each data set that was loaded, by the words that choose it.
  package var data: [String: String]

  package init(
    processor: [String] = Processor.features, library: String = Processor.libraryVersion,
    instructionSet: String = Processor.instructionSet, caches: [Int] = Processor.cacheBytes,
    addsByteProductsExactly: Bool = Processor.hasExactByteProducts, threads: Int = Processor.threadCount,
    seed: UInt64, data: [String: String] = [:]
  ) {
    self.processor = processor
    self.library = library
    self.instructionSet = instructionSet
    self.caches = caches
    self.addsByteProductsExactly = addsByteProductsExactly
    self.threads = threads
    self.seed = seed
    self.data = data
  }
}

extension Interpreter {
  /// The environment as it stands; its data once `keepDataChecksums` was called.
  package var environment: SessionEnvironment {
    let seed = (try? store.setting(Setting.seed.rawValue)).flatMap { $0.flatMap { UInt64($0) } } ?? 0
    return SessionEnvironment(
      threads: openingThreads ?? Processor.threadCount, seed: seed, data: library.checksums)
  }

  /// Makes the content of the data set in memory, and of those that are loaded from here on, known by its hash.
  package func keepDataChecksums() { library.keepsChecksums = true }
}
