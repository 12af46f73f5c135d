internal import COneDNN

/// product [rows, columns] = left [rows, inner] · right [inner, columns], all row-major; with `adds` plus what
/// product holds.
///
/// A transposed operand lies in memory as its transpose. The operands must not overlap the product.
package func multiplyMatrices(
  _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, transposesLeft: Bool = false,
  transposesRight: Bool = false, rows: Int, inner: Int, columns: Int, adds: Bool = false,
  into product: UnsafeMutablePointer<Float>
) throws(OneDNNError) {
  try check(
    odn_multiply(
      left, transposesLeft ? 1 : 0, right, transposesRight ? 1 : 0, Int64(rows), Int64(inner), Int64(columns),
      adds ? 1 : 0, product), "multiply matrices")
}
