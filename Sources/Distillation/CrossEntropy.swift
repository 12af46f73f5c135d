import Glibc

/// Mean over the batch of −log softmax(logits)(label), and the gradient of that mean, which is overwritten.
///
/// `logits` and `gradient` are row-major [batch, classes], `labels` holds numbers in 0..<classes. The
/// arithmetic is in double precision and finite for all finite logits; nothing is allocated. An empty batch
/// has the loss 0.
package func crossEntropy(
  logits: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>, classes: Int,
  gradient: UnsafeMutableBufferPointer<Float>
) -> Double {
  precondition(
    logits.count == labels.count * classes && gradient.count == logits.count,
    "logits, labels and gradient differ in size")
  guard !labels.isEmpty else { return 0 }
  let batch = Double(labels.count)
  var sum = 0.0
  for image in 0..<labels.count {
    let label = Int(labels[image])
    precondition(label >= 0 && label < classes, "a label lies outside the classes")
    let row = image * classes..<(image + 1) * classes
    var peak = -Double.infinity
    for index in row { peak = max(peak, Double(logits[index])) }
    var exponentials = 0.0
    for index in row { exponentials += exp(Double(logits[index]) - peak) }
    let logarithmOfSum = peak + log(exponentials)
    sum += logarithmOfSum - Double(logits[row.lowerBound + label])
    for index in row {
      let expected = index - row.lowerBound == label ? 1.0 : 0.0
      gradient[index] = Float((exp(Double(logits[index]) - logarithmOfSum) - expected) / batch)
    }
  }
  return sum / batch
}
