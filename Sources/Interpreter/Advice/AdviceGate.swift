import Training

/// A way to quantize that was measured, and what was decided on it.
struct AdviceGate {
  /// Part of the names of its values: "ptq", "weights_only".
  var key: String
  /// What was tried, in words.
  var name: String
  var figures: TrialFigures
  var seconds: Double
  var decision: String
  /// The cell that makes this model; nil for a measurement that only tells where the loss comes from.
  var cell: String?
}

/// The gates that were passed on the way, in order.
struct AdvicePath {
  var source: String
  /// Of the float model, on the same images.
  var accuracy: Double
  /// Share that may be lost.
  var target: Double
  var gates: [AdviceGate] = []

  func loss(_ figures: TrialFigures) -> Double { accuracy - figures.accuracy }
  func isMet(_ figures: TrialFigures) -> Bool {
    figures.signalToNoise > -.infinity && loss(figures) <= target + 1e-9
  }

  /// The first gate that meets the target, or else the one that loses least.
  var best: AdviceGate? {
    let made = gates.filter { $0.cell != nil }
    return made.first { isMet($0.figures) } ?? made.max { $0.figures.accuracy < $1.figures.accuracy }
  }

  func put(_ console: Console) {
    guard !gates.isEmpty else { return }
    console.put(.table(table))
    for gate in gates {
      console.metric(source, gate.key + ".drop_points", 100 * loss(gate.figures))
      if gate.figures.signalToNoise.isFinite {
        console.metric(source, gate.key + ".sqnr_db", gate.figures.signalToNoise)
      }
      console.metric(source, gate.key + ".seconds", gate.seconds, reproducible: false)
    }
  }

  private var table: Table {
    Table(
      title: "the way through the flowchart",
      columns: [
        Table.Column("gate"), Table.Column("drop", .right), Table.Column("SQNR", .right),
        Table.Column("time", .right), Table.Column("decision"),
      ],
      rows: gates.map { gate in
        [
          gate.name, fixed(100 * loss(gate.figures), 2), decibelWords(gate.figures),
          fixed(gate.seconds, 1) + " s", gate.decision,
        ]
      })
  }
}
