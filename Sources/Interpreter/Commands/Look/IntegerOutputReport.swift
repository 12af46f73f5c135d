import GraphIR
import Quantization
import Text
import Training

/// How an output of an integer layer is told: its grids, its products and its steps.
struct IntegerOutputReport {
  var output: IntegerOutput
  var name: String

  /// Products that have a row of their own.
  private static let shown = 10

  private var input: QuantizationParameters { output.input }

  var grids: String {
    var lines = [
      "input codes: grid \(input.grid.span), scale \(number(input.scale)), zero point \(input.zeroPoint)"
    ]
    if case .products(let scale, _) = output.rule {
      lines.append("weight codes of this channel: scale \(number(scale)), zero point 0")
    }
    if let residual = output.residual {
      lines.append(
        "codes that are added: grid \(residual.grid.grid.span), scale \(number(residual.grid.scale)), "
          + "zero point \(residual.grid.zeroPoint)")
    }
    lines.append(
      output.output.map {
        "output codes: grid \($0.grid.span), scale \(number($0.scale)), zero point \($0.zeroPoint)"
      } ?? "the output is a float in units of 1")
    return lines.joined(separator: "\n")
  }

  /// The taps that weigh most, by what each adds to the sum.
  var products: Table {
    let zeroPoint = Int(input.zeroPoint)
    let sorted = output.taps.enumerated().sorted { first, second in
      let sizes = [first, second].map { abs(($0.element.code - zeroPoint) * $0.element.weight) }
      return sizes[0] == sizes[1] ? first.offset < second.offset : sizes[0] > sizes[1]
    }.map(\.element)
    let shown = sorted.prefix(Self.shown)
    let rest = sorted.dropFirst(Self.shown)
    var rows = shown.map { row([.plain($0.channel), .plain($0.row), .plain($0.column)], $0) }
    if !rest.isEmpty { rows.append(total("the other \(grouped(rest.count))", Array(rest))) }
    if output.padding > 0 {
      rows.append(
        [.text("\(counted(output.padding, "place")) of padding")] + blanks + [.plain(0), .plain(0)])
    }
    rows.append(total("all \(grouped(output.taps.count))", output.taps))
    return Table(
      title: shown.count < output.taps.count ? "products, the largest first" : "products",
      columns: [
        Table.Column("channel", .right), Table.Column("row", .right), Table.Column("column", .right),
        Table.Column("code q", .right), Table.Column("weight w", .right), Table.Column("q·w", .right),
        Table.Column("(q − z)·w", .right),
      ], rows: rows)
  }

  private var blanks: [Table.Cell] { Array(repeating: .blank, count: 4) }

  private func row(_ place: [Table.Cell], _ tap: IntegerOutput.Tap) -> [Table.Cell] {
    place + [
      .plain(tap.code), .plain(tap.weight), .count(tap.code * tap.weight),
      .count((tap.code - Int(input.zeroPoint)) * tap.weight),
    ]
  }

  private func total(_ words: String, _ taps: [IntegerOutput.Tap]) -> [Table.Cell] {
    let products = taps.reduce(0) { $0 + $1.code * $1.weight }
    let centred = taps.reduce(0) { $0 + ($1.code - Int(input.zeroPoint)) * $1.weight }
    return [.text(words)] + blanks + [.count(products), .count(centred)]
  }

  var steps: Table {
    Table(
      title: "from the sum to the code",
      columns: [
        Table.Column("step"), Table.Column("computed"), Table.Column("gives", .right), Table.Column(""),
      ], rows: sumSteps + scaleSteps + codeSteps)
  }

  private var sumSteps: [[Table.Cell]] {
    if output.rule == .maximum {
      let most = output.taps.map(\.code).max() ?? 0
      return [["the greatest code", "of \(output.taps.count)", .plain(most), "the grid is the input's"]]
    }
    let weights = output.taps.reduce(0) { $0 + $1.weight }
    var rows: [[Table.Cell]] = [
      ["add the products", "Σ q·w of \(grouped(output.taps.count))", .count(output.products), "in 32 bits"],
      [
        "zero point", "-(\(input.zeroPoint) · \(grouped(weights)))", .count(output.correction), "-z · Σ w",
      ],
    ]
    if case .products(let scale, let bias) = output.rule {
      rows.append(["bias", "int32", .count(bias), .text("in steps of \(short(input.scale * scale))")])
      rows.append(["the sum", "products + zero point + bias", .count(output.sum), "in 32 bits"])
    }
    return rows
  }

  private var scaleSteps: [[Table.Cell]] {
    var rows: [[Table.Cell]] = []
    switch output.rule {
    case .products(let scale, _):
      let divisor = output.output.map { " / " + number($0.scale) } ?? ""
      rows.append([
        "multiplier", "\(number(input.scale)) · \(number(scale))\(divisor)", .number(output.multiplier),
        .text(output.output == nil ? "scale x · scale w" : "scale x · scale w / scale y"),
      ])
      rows.append([
        "multiply", "\(grouped(output.sum)) · \(number(output.multiplier))", .number(output.scaled),
        .text(output.output == nil ? "in units of 1" : "steps of the output"),
      ])
    case .average(let places):
      rows.append([
        "mean", "\(grouped(output.sum)) / \(places) · \(number(output.multiplier))", .number(output.scaled),
        "steps of the output",
      ])
    case .maximum: break
    }
    if let residual = output.residual {
      rows.append([
        "add the other branch",
        "\(number(output.scaled)) + \(residual.code) · \(number(output.residualFactor))",
        .number(output.added), "its zero point is in the bias",
      ])
    }
    if let activation = output.activation {
      rows.append([
        .text(activation.rawValue), "bounds on \(number(output.added))", .number(output.activated),
        output.activated == output.added ? "as it was" : "bounded",
      ])
    }
    return rows
  }

  private var codeSteps: [[Table.Cell]] {
    guard let grid = output.output, let raw = output.rawCode, let code = output.code else { return [] }
    let isTie = output.distanceFromEdge == 0
    var rows: [[Table.Cell]] = []
    if output.rule != .maximum {
      rows = [
        [
          "round", .number(output.activated), .number(output.rounded),
          isTie ? "a tie: halves go to the even neighbour" : "to the nearest",
        ],
        ["add the zero point", "\(number(output.rounded)) + \(grid.zeroPoint)", .plain(raw), .blank],
        [
          "clamp", "\(raw) to \(grid.grid.minimum)…\(grid.grid.maximum)", .plain(code),
          raw == code ? "on the grid" : "clipped",
        ],
      ]
    }
    rows.append([
      "stands for", "(\(code) - \(grid.zeroPoint)) · \(number(grid.scale))", .number(output.value), .blank,
    ])
    return rows
  }
}
