import CKernels

/// What the processor that the program runs on can do.
package enum Processor {
  /// True where products of u8 and s8 are added in 32 bits (VNNI).
  ///
  /// Other x86 processors add two of them in 16 bits, which saturate: 2·255·127 > 32767.
  package static let hasExactByteProducts = ck_has_exact_byte_products() != 0
}
