package import Language

/// What a cell says, as data: each front-end draws it in its own way.
package enum Output: Sendable, Codable, Equatable {
  /// Plain sentences, one or more lines.
  case text(String)
  /// Lines of signs that belong under one another: broken or cut they would say nothing.
  case drawing(String)
  /// A choice the program made for the user, an event of a run: drawn faint.
  case note(String)
  /// Sentences, or a note, in which durations or speeds stand.
  case measured(MeasuredText, isNote: Bool)
  /// What a cell prints at its author's wish: words for a reader, of which nothing is kept as a result.
  case print(String)
  case table(Table)
  case metric(Metric)
  case curve(Curve)
  case histogram(Histogram)
  case bars(BarChart)
  case page(Page)
  case images(ImageSheet)
  /// Supersedes the progress before it; never kept in a file.
  case progress(Progress)
  case diagnostic(Diagnostic)
  case finding(Finding)
}

/// A number with a name that stays the same from version to version: `teacher.accuracy`.
///
/// Shown, where `label` is given, as `label: text`; always among the cell's `values`.
package struct Metric: Sendable, Codable, Equatable {
  package var name: String
  package var value: Double
  /// "teacher accuracy 90.12 %"; nil where a table beside it already shows the number.
  package var text: String?
  /// False for durations and speeds, which differ from run to run and are never compared.
  package var reproducible: Bool
  /// How many cases it is a share of, or follows from shares of; nil where these are the data's test images.
  package var cases: Int?
  /// The first format of saved results that has it (`RecordFormat`): one of an older format isn't blamed for its lack.
  package var since: Int?

  package init(
    _ name: String, _ value: Double, text: String? = nil, reproducible: Bool = true, cases: Int? = nil,
    since: Int? = nil
  ) {
    self.name = name
    self.value = value
    self.text = text
    self.reproducible = reproducible
    self.cases = cases
    self.since = since
  }
}

/// Points of one or more series over a common axis.
package struct Curve: Sendable, Codable, Equatable {
  package struct Series: Sendable, Codable, Equatable {
    package var name: String
    package var points: [Point]

    package init(name: String, points: [Point]) {
      self.name = name
      self.points = points
    }
  }
  package struct Point: Sendable, Codable, Equatable {
    package var x: Double
    package var y: Double

    package init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  package var title: String
  package var xLabel: String
  package var yLabel: String
  package var series: [Series]
  /// The first format of saved results that has it, as of metrics.
  package var since: Int?

  package init(title: String, xLabel: String, yLabel: String, series: [Series], since: Int? = nil) {
    self.since = since
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.series = series
  }

  /// True of places that each stand for something of their own, such as models: several series of a point each.
  package var isScatter: Bool { series.count > 1 && series.allSatisfy { $0.points.count == 1 } }
}

/// How often values fell between edges, with marks on the axis of the values.
package struct Histogram: Sendable, Codable, Equatable {
  /// How heights are to be drawn; counts themselves are plain in either.
  package enum CountScale: String, Sendable, Codable { case linear, logarithmic }

  package struct Marker: Sendable, Codable, Equatable {
    /// Markers of one name belong together: the two ends of a range.
    package var name: String
    package var position: Double

    package init(name: String, position: Double) {
      self.name = name
      self.position = position
    }
  }

  package var title: String
  package var xLabel: String
  package var yLabel: String
  package var countScale: CountScale
  /// Rising; one more than there are counts.
  package var edges: [Double]
  package var counts: [Int]
  package var markers: [Marker]

  package init(
    title: String, xLabel: String, yLabel: String, countScale: CountScale, edges: [Double], counts: [Int],
    markers: [Marker] = []
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.countScale = countScale
    self.edges = edges
    self.counts = counts
    self.markers = markers
  }
}

/// How far a long command is.
package struct Progress: Sendable, Codable, Equatable {
  /// What goes on: "train teacher".
  package var activity: String
  package var done: Int
  package var total: Int
  /// "epoch 2/3".
  package var stage: String?
  /// Ready to show, in order: ("loss", "0.412"), ("accuracy", "87.1 %"), ("", "1,930 images/s").
  package var figures: [Figure]
  package var secondsLeft: Double?

  package struct Figure: Sendable, Codable, Equatable {
    package var label: String
    package var text: String
    /// The number itself, where how it changes is worth a curve.
    package var value: Double?

    package init(_ label: String, _ text: String, value: Double? = nil) {
      self.label = label
      self.text = text
      self.value = value
    }
  }

  package init(
    activity: String, done: Int, total: Int, stage: String? = nil, figures: [Figure] = [],
    secondsLeft: Double? = nil
  ) {
    self.activity = activity
    self.done = done
    self.total = total
    self.stage = stage
    self.figures = figures
    self.secondsLeft = secondsLeft
  }
}
