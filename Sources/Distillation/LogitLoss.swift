/// A loss between student and teacher logits.
package enum LogitLoss: Hashable, Sendable, Codable {
  case softTarget(temperature: Double = 5)
  case decoupledKD(temperature: Double = 4, alpha: Double = 1, beta: Double = 8)
  case nkd(temperature: Double = 1, gamma: Double = 1.5)
  case logits
  case mutual
}
