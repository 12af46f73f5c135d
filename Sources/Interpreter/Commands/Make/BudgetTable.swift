import Text
import Training

/// The front of sizes and losses, and the widths that were chosen from it.
struct BudgetTable {
  struct Row {
    var choice: WidthChoice
    var bytes: Int
    /// Measured after calibration alone; nil where it was cancelled.
    var figures: TrialFigures?
  }

  var source: String
  var budget: Int
  var front: WidthFront
  var chosen: WidthChoice
  /// Of the float model, on the same images.
  var accuracy: Double

  /// Eight choices of the front, from all at 8 bits to as many as may be at 4, and the chosen one.
  var shownChoices: [WidthChoice] {
    let last = front.choices.count - 1
    let shown = min(last, 7)
    var choices = shown > 0 ? (0...shown).map { front.choices[$0 * last / shown] } : front.choices
    if !choices.contains(chosen) { choices.append(chosen) }
    return choices.sorted { $0.narrow.count < $1.narrow.count }
  }

  func put(_ rows: [Row], images: Int, _ console: Console) {
    console.put(.table(frontTable(rows.sorted { $0.bytes > $1.bytes })))
    console.note(
      "SQNR in dB, of the logits: predicted from each layer by itself, and measured after calibration without "
        + "training, as the drop in points on the first \(counted(images, "test image"))")
    console.put(.table(layerTable))
    console.note(
      "widths are 8 or 4: files hold weights of up to 4 bits in half a byte, wider ones in a whole byte; layers are "
        + "narrowed by the noise that a saved byte costs; activations stay at 8 bits")
    report(rows, images: images, console)
  }

  private func report(_ rows: [Row], images: Int, _ console: Console) {
    guard let row = rows.first(where: { $0.choice == chosen }) else { return }
    console.metric(
      source, "budget.size_bytes", Double(row.bytes),
      text: "chosen: 4-bit weights in \(chosen.narrow.count) of \(counted(front.layers.count, "layer")), "
        + "\(byteCount(Double(row.bytes))) of \(byteCount(Double(budget)))")
    if let figures = row.figures {
      console.metric(
        source, "budget.drop_points", 100 * (accuracy - figures.accuracy), cases: images)
      if figures.signalToNoise.isFinite {
        console.metric(source, "budget.sqnr_db", figures.signalToNoise)
      }
    }
    for layer in front.layers {
      console.metric(source, layer.layer + ".bits", chosen.narrow.contains(layer.layer) ? 4 : 8)
    }
  }

  private func frontTable(_ rows: [Row]) -> Table {
    Table(
      title: "sizes that \(source) can have",
      columns: [
        Table.Column("layers at 4 bits", .right), Table.Column("size", .right),
        Table.Column("SQNR predicted", .right), Table.Column("measured", .right),
        Table.Column("drop", .right),
        Table.Column(""),
      ],
      rows: rows.map { row in
        let predicted = row.choice.predictedSignalToNoise
        return [
          .plain(row.choice.narrow.count), .bytes(row.bytes),
          predicted.isFinite ? .fixed(predicted, 1, .decibels) : "∞",
          row.figures.map { .decibels(of: $0) } ?? .blank,
          row.figures.map { .fixed(100 * (accuracy - $0.accuracy), 2, .points) } ?? .blank,
          row.choice == chosen ? "chosen" : .blank,
        ]
      })
  }

  private var layerTable: Table {
    Table(
      title: "widths",
      columns: [
        Table.Column("layer"), Table.Column("weights", .right), Table.Column("SQNR at 4 bits", .right),
        Table.Column("bits", .right),
      ],
      rows: front.layers.map { layer in
        [
          .text(layer.layer), .count(layer.weights),
          layer.signalToNoise.isFinite ? .fixed(layer.signalToNoise, 1, .decibels) : "∞",
          .plain(chosen.narrow.contains(layer.layer) ? 4 : 8),
        ]
      })
  }
}
