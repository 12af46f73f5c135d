/// What a network's images are standardised with: of each channel the mean that is taken off its values from 0 to 1, and
/// the deviation that they are then divided by.
package struct Normalization: Hashable, Sendable, Codable {
  package var mean: [Float]
  package var deviation: [Float]

  package init(mean: [Float], deviation: [Float]) {
    self.mean = mean
    self.deviation = deviation
  }

  /// Of the images of ImageNet, with which torchvision's and timm's networks were trained.
  package static let imageNet = Normalization(
    mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])

  package var channels: Int { mean.count }

  /// False for numbers that no images have, which a file may hold.
  package var isPossible: Bool {
    mean.count == deviation.count && mean.allSatisfy(\.isFinite)
      && deviation.allSatisfy { $0.isFinite && $0 > 0 }
  }
}
