import GraphIR
import Quantization
import Text
import Training

extension FindingKind {
  /// A convolution of 8 channels or more, half of which are 0 at every place of every image that was looked at.
  ///
  /// Networks that train well lose single channels; a half is gone where large steps threw the inputs of rectifiers below
  /// zero, from where no gradient leads back. Units of dense layers may rest for most images, and are left out.
  static let deadChannels = FindingKind(
    "dead-channels", "channels of a layer that no image makes differ from 0"
  ) { evidence in
    let layers = evidence.layers.filter(\.isConvolution)
    let shares = layers.map { layer in layer.silent.map { Double($0) / Double(max(layer.channels, 1)) } ?? 0 }
    guard let worst = shares.indices.max(by: { shares[$0] < shares[$1] }), shares[worst] >= 0.5,
      layers[worst].channels >= 8
    else { return nil }
    let layer = layers[worst]
    let others = shares.count { $0 >= 0.5 } - 1
    return Sighting(
      "\(grouped(layer.silent ?? 0)) of the \(grouped(layer.channels)) channels of \(evidence.name).\(layer.layer) are 0 "
        + "for all of \(counted(layer.images, "training image"))"
        + (others > 0 ? ", and in \(counted(others, "other layer")) half of them or more" : ""),
      figure: .init("\(evidence.name).\(layer.layer).silent", shares[worst]),
      cause:
        "their inputs lie below zero everywhere, and through a rectifier no gradient brings them back: large steps "
        + "throw them there",
      cells: [
        evidence.recipe.flatMap { evidence.again("lr", plain(tenth(of: $0.learningRate))) },
        "histogram \(evidence.name).\(layer.layer)",
      ])
  }

  /// A layer of which a tenth of the outputs or more lie beyond the range that they are rounded to.
  ///
  /// Observers cut off less by far, at 2 bits too: about 2 % where they look for the least squared error. Trained ranges
  /// (lsq, pact) cut off what training made them, and are left out.
  static let heavyClipping = FindingKind(
    "heavy-clipping", "many outputs of a layer lie beyond the range that they are rounded to"
  ) { evidence in
    guard
      let layer = evidence.layers.filter({ $0.clipped != nil })
        .max(by: { ($0.clipped ?? 0) < ($1.clipped ?? 0) }), let share = layer.clipped, share >= 0.1
    else { return nil }
    let observer = evidence.postTraining?.observer
    return Sighting(
      "\(percentage(share, 1)) of the outputs of \(evidence.name).\(layer.layer) lie beyond its range, on "
        + counted(layer.images, "training image"),
      figure: .init("\(evidence.name).\(layer.layer).output_clipped", share),
      cause: observer == nil
        ? "its range was frozen before the values had grown to what they are"
        : "the range was taken from too few images, or by an observer that cuts off too much",
      cells: observer == nil
        ? [evidence.again("observer-freeze", "100%"), evidence.again("calibration", "20")]
        : [
          observer == .minmax ? nil : evidence.statement.with("observer", ObserverKind.minmax.name),
          evidence.statement.with("calibration", "100"),
        ])
  }
}
