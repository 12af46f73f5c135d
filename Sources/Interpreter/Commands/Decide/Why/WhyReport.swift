import Datasets
import GraphIR
import Language
import Quantization
import Text
import Training

/// What a question of `why` came to: in plain words, in tables, and as values.
struct WhyReport {
  var subject: WhySubject
  var found: Attribution
  var data: ChosenData
  var repairs: WhyRepairs

  private var name: String { subject.entry.name }
  private var reference: String { subject.reference.name }

  func put(_ workspace: Workspace, _ console: Console) {
    let step = 100 / Double(found.images)
    console.note(
      "each trial classifies the first \(grouped(found.images)) of "
        + "\(counted(data.dataset.test.count, "test image")): one image is \(threeDigits(step)) points")
    console.text(
      "\(name) has \(percentage(found.subject.accuracy)), \(reference) has "
        + "\(percentage(found.reference.accuracy)): \(found.lost.changeWords)")
    console.put(.table(stages))
    sayInteraction(console)
    putMetrics(console)
    guard found.lost.isLoss || !found.causes.isEmpty else {
      let isGain = found.lost.interval.upperBound < 0
      console.text(
        isGain
          ? "nothing was lost, so there is no cause to look for"
          : "nothing beyond chance: no cause is looked for in what chance alone may have made" + needed)
      return
    }
    if !found.tried.isEmpty { console.put(.table(triedTable)) }
    if !found.untried.isEmpty {
      console.note(
        "not tried, because it takes a run for each of \(counted(subject.entry.graph.weightedLayers.count, "layer")): "
          + sentence(found.untried.map(\.rawValue)))
    }
    console.note(
      "lost and won back in points, with 95 % intervals from the images on which two models differ; faint: within "
        + "chance")
    if found.causes.count > 1, found.images >= 2 * CauseSearch.screenImages {
      console.note(
        "later causes are those that show on the first \(CauseSearch.screenImages) images, measured on all")
    }
    putCauses(workspace, console)
    if !found.layers.isEmpty { putLayers(console) }
    putClasses(console)
  }

  /// How many images would tell.
  private var needed: String {
    guard let count = found.lost.imagesNeeded(toDecide: 0), count > found.images else { return "" }
    return "; if the two go on to differ as they do here, about \(grouped(count)) images would tell"
  }

  private func sayInteraction(_ console: Console) {
    let (share, interval) = found.interaction
    guard !interval.contains(0), found.lost.isLoss else { return }
    let ends = [abs(100 * interval.lowerBound), abs(100 * interval.upperBound)].sorted()
    let size =
      "\(fixed(abs(100 * share), 2)) points (\(fixed(ends[0], 2)) to \(fixed(ends[1], 2)) with 95 % confidence)"
    console.text(
      share > 0
        ? "weights and activations act together: rounded both, they cost \(size) more than the sum of each alone"
        : "weights and activations cost the same twice: rounded both, they cost \(size) less than the sum of each alone"
    )
  }

  // MARK: causes

  private func putCauses(_ workspace: Workspace, _ console: Console) {
    if found.causes.isEmpty {
      console.text("no single cause: nothing that was taken out wins anything back beyond chance")
    }
    for (place, cause) in found.causes.enumerated() {
      let words = CauseWords(cause: cause, subject: subject)
      let look = repairs.looks(cause).map { "; see it: \($0)" } ?? ""
      console.put(
        .finding(
          Finding(
            id: cause.cause.rawValue, severity: .warning,
            message: "cause \(place + 1): \(words.message), which costs \(cause.cost.costWords)"
              + (place > 0 ? ", with the causes before it taken out" : ""),
            figure: Finding.Figure("\(name).why.cause\(place + 1)", cause.cost.loss),
            cause: words.meaning + look, cell: repairs.cell(cause))))
    }
    guard !found.causes.isEmpty else { return }
    let them = found.causes.count == 1 ? "it" : "these"
    console.text(
      found.remaining.isLoss
        ? "with \(them) taken out \(found.remaining.words) remain against \(reference)"
        : "with \(them) taken out, what remains is within chance: \(found.remaining.words)")
  }

  // MARK: tables

  private func row(_ title: String, _ figures: TrialFigures, _ cost: PairedDifference?) -> [Table.Cell] {
    [.text(title), .percentage(figures.accuracy)] + costCells(cost) + [.decibels(of: figures)]
  }

  private func costCells(_ cost: PairedDifference?) -> [Table.Cell] {
    guard let cost else { return [.blank, .blank, .blank] }
    return [cost.loss, cost.interval.lowerBound, cost.interval.upperBound].map {
      .fixed(100 * $0, 2, .points).faint(where: cost.isWithinChance)
    }
  }

  private var stages: Table {
    var rows = [row("\(reference), in float", found.reference, nil)]
    let isChanged = found.unrounded.signalToNoise < 100
    rows.append(
      row(
        isChanged ? "\(name) before rounding" : "nothing rounded", found.unrounded,
        isChanged ? found.changed : nil))
    rows.append(row("weights alone rounded", found.weightsAlone, found.weights))
    rows.append(row("activations alone rounded", found.activationsAlone, found.activations))
    rows.append(row("both", found.quantized, found.rounding))
    if subject.entry.kind == .integer { rows.append(row("in integers", found.subject, found.integers)) }
    return Table(
      title: "what each step costs",
      columns: [
        Table.Column("form"), Table.Column("accuracy", .right), Table.Column("lost", .right),
        Table.Column("from", .right), Table.Column("to", .right), Table.Column("SQNR", .right),
      ], rows: rows)
  }

  private var triedTable: Table {
    Table(
      title: "each cause taken out alone",
      columns: [
        Table.Column("taken out"), Table.Column("layers"), Table.Column("accuracy", .right),
        Table.Column("won back", .right), Table.Column("from", .right), Table.Column("to", .right),
      ],
      rows: found.tried.map { tried in
        let layers =
          tried.layers.count == 1 ? tried.layers[0] : tried.layers.isEmpty ? "all" : "\(tried.layers.count)"
        return [
          .text(CauseWords(cause: tried, subject: subject).removal), .text(layers),
          .percentage(tried.accuracy),
        ] + costCells(tried.cost)
      })
  }

  private func putLayers(_ console: Console) {
    console.put(
      .table(
        Table(
          title: "layers, those that make most noise alone first",
          columns: [
            Table.Column("layer"), Table.Column("alone: SQNR", .right), Table.Column("lost", .right),
            Table.Column("all but it: SQNR", .right), Table.Column("won back", .right),
          ],
          rows: found.layers.map { layer in
            [
              .text(layer.layer), decibels(layer.aloneNoise), points(layer.alone),
              decibels(layer.sparedNoise),
              points(layer.spared),
            ]
          })))
    let measured = found.layers.count { $0.alone != nil }
    console.note(
      "SQNR of the logits on \(counted(found.layerImages, "image")), against nothing rounded; accuracy, on all "
        + "\(grouped(found.images)), of the \(counted(measured, "layer")) that make most noise")
    for layer in found.layers where layer.aloneNoise.isFinite {
      console.metric(name, "\(layer.layer).alone_sqnr_db", layer.aloneNoise, cases: found.layerImages)
    }
  }

  private func decibels(_ ratio: Double?) -> Table.Cell {
    guard let ratio else { return .blank }
    return ratio.isFinite ? .decibels(ratio) : "equal"
  }

  private func points(_ cost: PairedDifference?) -> Table.Cell {
    cost.map { .fixed(100 * $0.loss, 2, .points).faint(where: $0.isWithinChance) } ?? .blank
  }

  /// Classes of which images were lost, those that lost most first.
  private func putClasses(_ console: Console) {
    let names = data.dataset.classNames
    let all = found.classes(data.dataset.test.labels.map(Int.init), count: names.count)
    let order = all.indices.filter { all[$0].lost > all[$0].gained }.sorted {
      let (one, other) = (all[$0].lost - all[$0].gained, all[$1].lost - all[$1].gained)
      return one == other ? $0 < $1 : one > other
    }
    guard !order.isEmpty else { return }
    console.put(
      .table(
        Table(
          title: "classes that lost most",
          columns: [
            Table.Column("class"), Table.Column("images", .right),
            Table.Column("right before, wrong now", .right),
            Table.Column("the other way", .right), Table.Column("lost", .right), Table.Column("from", .right),
            Table.Column("to", .right),
          ],
          rows: order.prefix(5).map { label in
            let cost = all[label]
            return [.text(names[label]), .count(cost.images), .count(cost.lost), .count(cost.gained)]
              + costCells(cost)
          })))
  }

  // MARK: values

  private func putMetrics(_ console: Console) {
    console.cost(name, "lost", found.lost)
    console.cost(name, "before_rounding", found.changed)
    console.cost(name, "weights_alone", found.weights)
    console.cost(name, "activations_alone", found.activations)
    console.cost(name, "rounding", found.rounding)
    if subject.entry.kind == .integer { console.cost(name, "integers", found.integers) }
    console.metric(name, "why.interaction", found.interaction.share, cases: found.images)
    console.metric(name, "why.interaction_low", found.interaction.interval.lowerBound, cases: found.images)
    console.metric(name, "why.interaction_high", found.interaction.interval.upperBound, cases: found.images)
    for (place, tried) in found.tried.enumerated() {
      // Of two of a kind, weights and activations, each has its values.
      let twins = found.tried.prefix(place).count { $0.cause == tried.cause }
      console.cost(name, "without." + tried.cause.rawValue + (twins == 0 ? "" : "\(twins + 1)"), tried.cost)
    }
    for (place, cause) in found.causes.enumerated() { console.cost(name, "cause\(place + 1)", cause.cost) }
    console.metric(name, "why.causes", Double(found.causes.count))
    console.cost(name, "remaining", found.remaining)
  }
}

extension Console {
  /// Accuracy that is lost, as a share, with the ends of its interval.
  fileprivate func cost(_ model: String, _ key: String, _ cost: PairedDifference) {
    metric(model, "why." + key, cost.loss, cases: cost.images)
    metric(model, "why.\(key)_low", cost.interval.lowerBound, cases: cost.images)
    metric(model, "why.\(key)_high", cost.interval.upperBound, cases: cost.images)
  }
}

extension PairedDifference {
  /// "3.20 points (2.11 to 4.30 with 95 % confidence)".
  var costWords: String {
    "\(fixed(100 * loss, 2)) points (\(fixed(100 * interval.lowerBound, 2)) to "
      + "\(fixed(100 * interval.upperBound, 2)) with 95 % confidence)"
  }
}
