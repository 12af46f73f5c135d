/// Why a loss can't be made from a name and arguments.
///
/// `loss` is the loss as it was written.
package enum LossError: Error, Hashable, Sendable {
  case unknownLoss(String, known: [String])
  case unknownParameter(String, loss: String, known: [String])
  /// Also for a value that is no number.
  case outOfRange(String, value: Double, allowed: ClosedRange<Double>, loss: String)
  case numberExpected(String, loss: String)
  case flagExpected(String, loss: String)
}
