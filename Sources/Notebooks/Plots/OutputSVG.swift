package import Interpreter

extension Output {
  /// The output as an SVG picture, readable on light and dark; nil where text says as much.
  ///
  /// The same output gives the same bytes. The picture has no script, refers to nothing outside it, and can
  /// stand in a page beside others: it has no ids, and its style names its own class alone.
  package var svg: String? {
    switch self {
    case .curve(let curve): CurveSVG(curve)?.xml
    case .histogram(let histogram): HistogramSVG(histogram)?.xml
    case .bars(let chart): BarsSVG(chart)?.xml
    case .images(let sheet): ImageSheetSVG(sheet)?.xml
    case .text, .drawing, .note, .measured, .print, .table, .metric, .page, .progress, .diagnostic, .finding:
      nil
    }
  }
}
