import GraphIR

/// Factors by which an image's colours change; 1 leaves them.
package struct ColourChange: Hashable, Sendable {
  package var brightness: Float
  /// Of the distance from the image's mean grey.
  package var contrast: Float
  /// Of the distance from each pixel's own grey.
  package var saturation: Float
}

extension Augmentation {
  /// How one image's colours change: each factor uniform in 1 − jitter…1 + jitter.
  ///
  /// The draw is beside that of crop and flip, which stay what they are without it.
  package func colourChange(for index: Int) -> ColourChange {
    let seed = seed &+ SeededGenerator.shift
    var generator = SeededGenerator(seed, UInt64(bitPattern: Int64(epoch)), UInt64(index) | 1 << 62)
    func factor() -> Float { generator.uniform(in: 1 - jitter...1 + jitter) }
    return ColourChange(brightness: factor(), contrast: factor(), saturation: factor())
  }
}

/// Changes the colours of a standardised image [channels, plane] in place.
///
/// In values 0…1: brightness multiplies, contrast moves away from the mean grey of what that gives, saturation away from
/// each pixel's grey; then the values are cut to 0…1, once. Grey is 0.299 red + 0.587 green + 0.114 blue.
func changeColours(
  _ image: UnsafeMutablePointer<Float>, channels: Int, plane: Int, mean: [Float], deviation: [Float],
  _ change: ColourChange
) {
  func value(_ channel: Int, _ pixel: Int) -> Float {
    (image[channel * plane + pixel] * deviation[channel] + mean[channel]) * change.brightness
  }
  func grey(_ pixel: Int) -> Float {
    channels == 3
      ? 0.299 * value(0, pixel) + 0.587 * value(1, pixel) + 0.114 * value(2, pixel) : value(0, pixel)
  }
  var sum: Float = 0
  for pixel in 0..<plane { sum += grey(pixel) }
  let middle = sum / Float(max(plane, 1))
  for pixel in 0..<plane {
    // Contrast acts on all channels alike, so on their grey too.
    let own = middle + (grey(pixel) - middle) * change.contrast
    for channel in 0..<channels {
      let contrasted = middle + (value(channel, pixel) - middle) * change.contrast
      let changed = channels == 3 ? own + (contrasted - own) * change.saturation : contrasted
      image[channel * plane + pixel] = (max(0, min(1, changed)) - mean[channel]) / deviation[channel]
    }
  }
}
