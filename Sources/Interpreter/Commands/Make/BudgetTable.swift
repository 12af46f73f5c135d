import Text
import Training

/// Sizes that a model can have with what they lose, and the widths that were chosen for one.
struct BudgetTable {
  struct Row {
    var choice: WidthChoice
    var bytes: Int
    /// Measured after calibration alone; nil where it was cancelled.
    var figures: TrialFigures?
  }

  var source: String
  var budget: Int
  var layers: [LayerWidths]
  var chosen: WidthChoice
  /// Of the float model, on the same images.
  var accuracy: Double
  /// Whether it classifies each of them right.
  var hits: [Bool]

  /// Eight sizes, from that with 8 bits everywhere down to the least.
  func shownSizes(plain: Int, least: Int) -> [Int] { (0...7).map { plain - (plain - least) * $0 / 7 } }

  /// `noun` is what one of the images is called that the rows were measured on.
  func put(_ rows: [Row], images: Int, _ noun: String, _ console: Console) {
    console.put(
      .table(
        frontTable(
          rows.sorted {
            ($0.bytes, $0.choice.predictedSignalToNoise) > ($1.bytes, $1.choice.predictedSignalToNoise)
          })))
    console.note(
      "SQNR in dB, of the logits: predicted from each layer by itself, and measured after calibration without "
        + "training, as the drop in points on the first \(counted(images, noun)), faint where that is within chance"
    )
    if let picture = picture(rows) { console.put(.curve(picture)) }
    console.put(.table(layerTable))
    console.note(
      "SQNR with the layer's weights alone at so many bits, on the first \(counted(min(images, LayerWidths.images), "image")); the "
        + "widths are those whose noises add up to the least that the size allows; activations stay at 8 bits"
    )
    report(rows, images: images, console)
  }

  /// What accuracy each size has, and where the chosen one lies among them; nil where there are not two sizes.
  private func picture(_ rows: [Row]) -> Curve? {
    let front = rows.compactMap { row in
      row.figures.map { Curve.Point(x: Double(row.bytes) / 1e6, y: 100 * $0.accuracy) }
    }.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
    guard Set(front.map(\.x)).count > 1 else { return nil }
    var series = [Curve.Series(name: "sizes that it can have", points: front)]
    if let row = rows.first(where: { $0.choice == chosen }), let figures = row.figures {
      let place = Curve.Point(x: Double(row.bytes) / 1e6, y: 100 * figures.accuracy)
      series.append(Curve.Series(name: "chosen", points: [place]))
    }
    return Curve(
      title: "accuracy over size, calibrated and not trained", xLabel: "size, MB", yLabel: "accuracy, %",
      series: series, since: 4)
  }

  private func report(_ rows: [Row], images: Int, _ console: Console) {
    guard let row = rows.first(where: { $0.choice == chosen }) else { return }
    console.metric(
      source, "budget.size_bytes", Double(row.bytes),
      text: "chosen: \(fixed(meanBits(chosen), 2)) bits a weight, \(byteCount(Double(row.bytes))) of "
        + byteCount(Double(budget)))
    if let figures = row.figures {
      let difference = PairedDifference(hits, figures.hits)
      console.metric(
        source, "budget.drop_points", 100 * (accuracy - figures.accuracy),
        text: "after calibration it has \(difference.words)"
          + (difference.isWithinChance ? ": within chance" : ""), cases: images)
      console.metrics(source, "budget", difference.interval)
      if figures.signalToNoise.isFinite {
        console.metric(source, "budget.sqnr_db", figures.signalToNoise)
      }
    }
    for layer in layers {
      console.metric(source, layer.layer + ".bits", Double(chosen.bits(of: layer.layer)))
    }
  }

  private func meanBits(_ choice: WidthChoice) -> Double {
    let weights = layers.reduce(0) { $0 + $1.weights }
    let bits = layers.reduce(0) { $0 + $1.weights * choice.bits(of: $1.layer) }
    return weights == 0 ? 0 : Double(bits) / Double(weights)
  }

  private func frontTable(_ rows: [Row]) -> Table {
    Table(
      title: "sizes that \(source) can have",
      columns: [
        Table.Column("bits a weight", .right), Table.Column("size", .right),
        Table.Column("SQNR predicted", .right), Table.Column("measured", .right),
        Table.Column("drop", .right),
        Table.Column(""),
      ],
      rows: rows.map { row in
        [
          .fixed(meanBits(row.choice), 2), .bytes(row.bytes), decibels(row.choice.predictedSignalToNoise),
          row.figures.map { .decibels(of: $0) } ?? .blank,
          row.figures.map {
            .fixed(100 * (accuracy - $0.accuracy), 2, .points)
              .faint(where: PairedDifference(hits, $0.hits).isWithinChance)
          } ?? .blank,
          row.choice == chosen ? "chosen" : .blank,
        ]
      })
  }

  private var layerTable: Table {
    Table(
      title: "widths",
      columns: [Table.Column("layer"), Table.Column("weights", .right)]
        + LayerWidths.tried.map { Table.Column($0 == 7 ? "SQNR at 7" : "\($0)", .right) }
        + [Table.Column("bits", .right)],
      rows: layers.map { layer in
        [.text(layer.layer), .count(layer.weights)] + layer.widths.map { decibels($0.signalToNoise) }
          + [.plain(chosen.bits(of: layer.layer))]
      })
  }

  private func decibels(_ ratio: Double) -> Table.Cell {
    ratio.isFinite ? .fixed(ratio, 1, .decibels) : ratio > 0 ? "∞" : "-∞"
  }
}
