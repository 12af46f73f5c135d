import Text
import Training

/// The layers of a sweep, most sensitive first.
struct SensitivityTable {
  var source: String
  var report: SensitivityReport
  /// Of the float model, on the same images.
  var accuracy: Double
  var images: Int
  /// Whether the float model classifies each of them right.
  var hits: [Bool]

  func put(_ console: Console) {
    console.put(.table(table))
    if let picture { console.put(.bars(picture)) }
    if let all = report.quantized {
      put(all, "", console)
      console.text(
        "all layers quantized: \(PairedDifference(hits, all.hits).words), SQNR \(decibels(all).text) dB")
    }
    console.note(
      "drop in points, faint where its 95 % interval holds 0 (within chance\(chanceWords)); SQNR in dB, of the logits: the lower, the more is lost (6.02 dB are one bit); ranked by "
        + "the SQNR with the layer alone quantized")
    for layer in report.layers {
      if let alone = layer.alone { put(alone, layer.layer + ".", console) }
      if let spared = layer.spared { put(spared, layer.layer + ".spared_", console) }
    }
  }

  /// ": 3 of 8 layers alone".
  private var chanceWords: String {
    let alone = report.layers.compactMap(\.alone)
    return ": \(alone.count(where: isWithinChance)) of \(counted(alone.count, "layer")) alone"
  }

  private func isWithinChance(_ figures: TrialFigures) -> Bool {
    PairedDifference(hits, figures.hits).isWithinChance
  }

  private func put(_ figures: TrialFigures, _ prefix: String, _ console: Console) {
    console.metric(source, prefix + "drop_points", 100 * (accuracy - figures.accuracy), cases: images)
    let interval = PairedDifference(hits, figures.hits).interval
    console.metric(source, prefix + "drop_low_points", 100 * interval.lowerBound, cases: images)
    console.metric(source, prefix + "drop_high_points", 100 * interval.upperBound, cases: images)
    // JSON has no infinity; a form that changes no logit has no figure.
    guard figures.signalToNoise.isFinite else { return }
    console.metric(source, prefix + "sqnr_db", figures.signalToNoise)
  }

  /// More bars than this hide what the first ones say.
  private static let shown = 24

  /// What each layer alone loses; nil of fewer than two.
  private var picture: BarChart? {
    let bars = report.layers.compactMap { layer -> BarChart.Bar? in
      guard let alone = layer.alone else { return nil }
      let difference = PairedDifference(hits, alone.hits)
      return BarChart.Bar(
        name: layer.layer, value: 100 * difference.loss, low: 100 * difference.interval.lowerBound,
        high: 100 * difference.interval.upperBound, isFaint: difference.isWithinChance)
    }
    guard bars.count > 1 else { return nil }
    let most = bars.count > Self.shown ? ", the \(Self.shown) most sensitive layers" : ""
    return BarChart(
      title: "points lost by each layer alone\(most)",
      valueLabel: "points, with the 95 % interval of \(counted(images, "image"))",
      bars: Array(bars.prefix(Self.shown)), since: 4)
  }

  private var table: Table {
    Table(
      title: "layers of \(source), the most sensitive first",
      columns: [
        Table.Column("layer"), Table.Column("alone: drop", .right), Table.Column("SQNR", .right),
        Table.Column("all but it: drop", .right), Table.Column("SQNR", .right),
      ],
      rows: report.layers.map { layer in
        [
          .text(layer.layer), drop(layer.alone), decibels(layer.alone), drop(layer.spared),
          decibels(layer.spared),
        ]
      })
  }

  private func drop(_ figures: TrialFigures?) -> Table.Cell {
    figures.map {
      .fixed(100 * (accuracy - $0.accuracy), 2, .points).faint(where: isWithinChance($0))
    } ?? .blank
  }

  private func decibels(_ figures: TrialFigures?) -> Table.Cell {
    figures.map { .decibels(of: $0) } ?? .blank
  }
}
