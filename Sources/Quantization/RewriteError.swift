/// Why a graph can't be rewritten.
package enum RewriteError: Error, Equatable {
  case missingParameter(String)
  /// No batch was seen, so a range is unknown.
  case unobserved(String)
  /// A node that has no integer kernel, and why.
  case noIntegerKernel(node: String, reason: String)
  /// A node that the rewritten graph can't hold, and why.
  case misfit(node: String, reason: String)
}
