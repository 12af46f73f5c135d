package import Interpreter
package import Text

extension Output {
  /// The output as an SVG picture, readable on light and dark; nil where text says as much.
  ///
  /// The same output gives the same bytes. The picture has no script, refers to nothing outside it, and can
  /// stand in a page beside others: it has no ids, and its style names its own class alone.
  package var svg: String? {
    switch self {
    case .curve(let curve): CurveSVG(curve)?.xml
    case .histogram(let histogram): HistogramSVG(histogram)?.xml
    case .images(let sheet): ImageSheetSVG(sheet)?.xml
    case .text, .note, .table, .metric, .progress, .diagnostic: nil
    }
  }

  /// The output in each of its forms by MIME type, as notebooks and kernels hold it; nil where there is
  /// nothing to show.
  package func mimeBundle(plainText: String) -> JSONObject? {
    guard let data = json, !plainText.isEmpty else { return nil }
    var bundle: JSONObject = [qatlabMIMEType: .object(data), "text/plain": .string(plainText)]
    if let svg { bundle["image/svg+xml"] = .string(svg) }
    if case .images(let sheet) = self, let png = ImageSheetPNG(sheet).base64 {
      bundle["image/png"] = .string(png)
    }
    return bundle
  }
}
