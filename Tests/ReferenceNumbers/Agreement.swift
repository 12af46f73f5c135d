/// ‖found − expected‖ / ‖expected‖ in the Euclidean norm; infinite where sizes differ or a number is NaN, and
/// the plain distance where everything expected is 0.
package func relativeDistance(_ found: [Double], _ expected: [Double]) -> Double {
  guard found.count == expected.count else { return .infinity }
  let difference = zip(found, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  let size = expected.reduce(0) { $0 + $1 * $1 }
  let distance = size == 0 ? difference.squareRoot() : (difference / size).squareRoot()
  return distance.isNaN ? .infinity : distance
}

package func relativeDistance(_ found: Double, _ expected: Double) -> Double {
  relativeDistance([found], [expected])
}
