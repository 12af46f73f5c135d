/// Where a quantized model's loss of accuracy comes from, as far as it was measured; all on the same images.
package struct Attribution: Sendable {
  /// The float model, and the model that is asked about.
  package var reference, subject: TrialFigures
  /// Nothing rounded.
  package var unrounded: TrialFigures
  /// The fake-quantized model; the same as `subject` where no integer model is asked about.
  package var quantized: TrialFigures
  package var weightsAlone, activationsAlone: TrialFigures
  /// Each cause taken out by itself, in the order in which they were tried; empty where nothing was lost beyond chance.
  package var tried: [MeasuredCause] = []
  /// Causes that were not tried, because that takes too long in a network of so many layers.
  package var untried: [AccuracyCause] = []
  /// Causes one after the other, each measured with those before it taken out.
  package var causes: [MeasuredCause] = []
  /// What is still lost with these taken out.
  package var remaining: PairedDifference
  /// Rounded layers, those that make most noise first; empty where nothing was lost beyond chance.
  package var layers: [LayerShare] = []
  /// How many images the noise of layers is measured on.
  package var layerImages = 0
  package var images: Int

  package var lost: PairedDifference { PairedDifference(reference.hits, subject.hits) }
  package var changed: PairedDifference { PairedDifference(reference.hits, unrounded.hits) }
  package var weights: PairedDifference { PairedDifference(unrounded.hits, weightsAlone.hits) }
  package var activations: PairedDifference { PairedDifference(unrounded.hits, activationsAlone.hits) }
  package var rounding: PairedDifference { PairedDifference(unrounded.hits, quantized.hits) }
  package var integers: PairedDifference { PairedDifference(quantized.hits, subject.hits) }

  /// What both roundings cost together beyond what each costs alone, as a share, with its 95 % interval.
  ///
  /// Image by image it is right(weights) + right(activations) − right(nothing rounded) − right(both), from −2 to 2; the
  /// interval is that of the mean of so many independent values.
  package var interaction: (share: Double, interval: ClosedRange<Double>) {
    func right(_ figures: TrialFigures, _ image: Int) -> Double { figures.hits[image] ? 1 : 0 }
    let values = quantized.hits.indices.map { image in
      right(weightsAlone, image) + right(activationsAlone, image) - right(unrounded, image)
        - right(quantized, image)
    }
    guard values.count > 1 else { return (values.first ?? 0, -2...2) }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    let margin = 1.959_963_985 * (variance / count).squareRoot()
    return (mean, mean - margin...mean + margin)
  }

  /// What the images of each class lost.
  package func classes(_ labels: [Int], count: Int) -> [PairedDifference] {
    (0..<count).map { label in
      let places = reference.hits.indices.filter { labels[$0] == label }
      return PairedDifference(places.map { reference.hits[$0] }, places.map { subject.hits[$0] })
    }
  }
}

/// A layer's part in what rounding costs: its weights and its output, and nothing else.
package struct LayerShare: Sendable {
  package var layer: String
  /// Of the logits with this layer alone rounded, and with all but it, against nothing rounded; in dB.
  package var aloneNoise: Double
  /// Nil where it was not measured.
  package var sparedNoise: Double?
  /// What it costs alone, and what is won with it left in float; nil where noise alone was measured.
  package var alone, spared: PairedDifference?
}
