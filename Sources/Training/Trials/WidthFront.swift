import Glibc

/// Widths of all layers' weights, and what is predicted of them.
package struct WidthChoice: Hashable, Sendable {
  /// Those below 8 bits, in order of execution.
  package var narrow: [LayerWidth]
  /// Noise of all layers added up, in dB: noises of different layers are taken to be independent.
  package var predictedSignalToNoise: Double

  package init(narrow: [LayerWidth], predictedSignalToNoise: Double) {
    self.narrow = narrow
    self.predictedSignalToNoise = predictedSignalToNoise
  }

  package func bits(of layer: String) -> Int { narrow.first { $0.layer == layer }?.bits ?? 8 }
}

/// The widths of least noise for each size that a model can have.
///
/// Each layer has one of its widths, or 8 bits. What they save is counted in at most 16,384 steps, and each layer's
/// rounded down to whole steps, so what is chosen saves what was asked for; bytes that this leaves go to the layers for
/// which they take away the most noise.
package struct WidthFront: Sendable {
  package var layers: [LayerWidths]
  /// Noise power over signal power with 8 bits everywhere.
  private let base: Double

  private static let steps = 16_384

  /// `quantized` is the signal-to-noise ratio with 8 bits everywhere, in dB.
  package init(layers: [LayerWidths], quantized: Double) {
    self.layers = layers
    base = pow(10, -quantized / 10)
  }

  /// The choice of the least noise whose file has at most so many bytes, which `size` gives; nil where none fits.
  package func fitting(_ budget: Int, size: (WidthChoice) throws -> Int) rethrows -> WidthChoice? {
    let plain = try size(choice(layers.map { _ in nil }))
    // Headers are padded to eight bytes, and their offsets have as many digits as the file is long: savings add up but
    // for some bytes, for which the search begins a little short.
    let slack = 16
    var wanted = max(plain - budget - slack, 0)
    while let widths = saving(wanted) {
      let excess = try size(choice(widths)) - budget
      if excess <= 0 { return try widened(widths, budget, size: size) }
      wanted += max(1, excess - slack)
    }
    let least = layers.map { layer in layer.worthwhile.max { $0.savedBytes < $1.savedBytes } }
    return try size(choice(least)) <= budget ? widened(least, budget, size: size) : nil
  }

  /// The widths of least noise that save so many bytes, nil for 8 bits; nil where there are none.
  private func saving(_ bytes: Int) -> [LayerWidths.Width?]? {
    let unit = max(1, bytes / Self.steps)
    let goal = (bytes + unit - 1) / unit
    // The least noise of the layers so far that save at least so many steps, and the place of the last one's width.
    var noises = [Double](repeating: .infinity, count: goal + 1)
    noises[0] = 0
    var places: [[Int8]] = []
    for layer in layers {
      var next = noises
      var chosen = [Int8](repeating: -1, count: goal + 1)
      for (place, width) in layer.widths.enumerated() where width.savedBytes > 0 && width.noise.isFinite {
        let saved = width.savedBytes / unit
        for step in 0...goal {
          let noise = noises[max(step - saved, 0)] + width.noise
          if noise < next[step] { (next[step], chosen[step]) = (noise, Int8(place)) }
        }
      }
      noises = next
      places.append(chosen)
    }
    guard noises[goal].isFinite else { return nil }
    var step = goal
    var widths: [LayerWidths.Width?] = []
    for (layer, chosen) in zip(layers, places).reversed() {
      let width = chosen[step] < 0 ? nil : layer.widths[Int(chosen[step])]
      if let width { step = max(step - width.savedBytes / unit, 0) }
      widths.append(width)
    }
    return widths.reversed()
  }

  /// The choice with wider layers as long as the budget has room, each time the change that takes away the most noise.
  private func widened(
    _ start: [LayerWidths.Width?], _ budget: Int, size: (WidthChoice) throws -> Int
  ) rethrows -> WidthChoice {
    var widths = start
    var room = budget - (try size(choice(widths)))
    while true {
      var best: (layer: Int, width: LayerWidths.Width?, gain: Double)?
      for (index, layer) in layers.enumerated() {
        guard let current = widths[index] else { continue }
        for width in layer.worthwhile.map(Optional.some) + [nil] {
          let gain = current.noise - (width?.noise ?? 0)
          guard gain > best?.gain ?? 0, current.savedBytes - (width?.savedBytes ?? 0) <= room else {
            continue
          }
          best = (index, width, gain)
        }
      }
      guard let best else { return choice(widths) }
      var wider = widths
      wider[best.layer] = best.width
      let left = budget - (try size(choice(wider)))
      guard left >= 0, left < room else { return choice(widths) }
      (widths, room) = (wider, left)
    }
  }

  private func choice(_ widths: [LayerWidths.Width?]) -> WidthChoice {
    let noise = widths.reduce(base) { $0 + ($1?.noise ?? 0) }
    return WidthChoice(
      narrow: zip(layers, widths).compactMap { layer, width in
        width.map { LayerWidth(layer.layer, bits: $0.bits) }
      },
      predictedSignalToNoise: noise > 0 ? -10 * log10(noise) : .infinity)
  }
}

extension LayerWidths {
  /// The widths that save something.
  fileprivate var worthwhile: [Width] { widths.filter { $0.savedBytes > 0 && $0.noise.isFinite } }
}
