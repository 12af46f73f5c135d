package import Interpreter
import Language
package import Text

/// The MIME type of an output as data.
let qatlabMIMEType = "application/vnd.qatlab.v1+json"

extension Output {
  /// The output as a notebook's cell holds it, and a kernel sends it: an object of nbformat; nil where there is nothing
  /// to show, as of progress, or of a number that a table beside it shows.
  ///
  /// `number` is the cell's. A metric with a sentence is a result of the cell where nothing follows it
  /// (`besideResult`), all else is beside it, durations too; warnings and printed lines are text of the streams that other languages have for them.
  package func notebookOutput(number: Int, plainText: String) -> JSONObject? {
    switch self {
    case .progress: return nil
    case .diagnostic(let diagnostic): return diagnostic.notebookOutput(plainText: plainText)
    case .print: return stream("stdout", plainText)
    case .text, .drawing, .note, .measured, .table, .metric, .curve, .histogram, .bars, .page, .images,
      .finding:
      guard let data = mimeBundle(plainText: plainText) else { return nil }
      var output: JSONObject = ["output_type": .string("display_data"), "metadata": .object([:])]
      if case .metric(let metric) = self, metric.reproducible {
        output["output_type"] = .string("execute_result")
        output["execution_count"] = .integer(number)
      }
      output["data"] = .object(data)
      return output
    }
  }

  /// The output in each of its forms by MIME type, as notebooks and kernels hold it; nil where there is
  /// nothing to show.
  package func mimeBundle(plainText: String) -> JSONObject? {
    guard let data = json, !plainText.isEmpty else { return nil }
    var bundle: JSONObject = [qatlabMIMEType: .object(data), "text/plain": .string(plainText)]
    if let svg { bundle["image/svg+xml"] = .string(svg) }
    if case .table(let table) = self { bundle["text/html"] = .string(table.html) }
    if case .page(let page) = self { bundle["text/html"] = .string(page.frame) }
    if case .images(let sheet) = self, let png = ImageSheetPNG(sheet).base64 {
      bundle["image/png"] = .string(png)
    }
    return bundle
  }
}

extension Page {
  /// The page in a frame of its own, in which its script runs and can reach nothing else.
  fileprivate var frame: String {
    let source = html.replacing("&", with: "&amp;").replacing("\"", with: "&quot;")
    let name = title.replacing("&", with: "&amp;").replacing("\"", with: "&quot;")
    return "<iframe title=\"\(name)\" sandbox=\"allow-scripts\" loading=\"lazy\" "
      + "style=\"width: 100%; height: 760px; border: 0\" srcdoc=\"\(source)\"></iframe>"
  }
}

extension JSONObject {
  private static let result = JSONValue.string("execute_result")

  /// True of an output of nbformat that is its cell's result.
  package var isResult: Bool { self["output_type"] == Self.result }

  /// The output where others follow it: a cell has one result, which comes last.
  package var besideResult: JSONObject {
    guard isResult else { return self }
    var output = self
    output["output_type"] = .string("display_data")
    output["execution_count"] = nil
    return output
  }
}

extension Diagnostic {
  fileprivate func notebookOutput(plainText: String) -> JSONObject {
    switch severity {
    case .error:
      [
        "output_type": .string("error"), "ename": .string(id), "evalue": .string(message),
        "traceback": .array(plainText.split(separator: "\n").map { .string(String($0)) }),
      ]
    case .warning, .note: stream("stderr", plainText)
    }
  }
}

private func stream(_ name: String, _ text: String) -> JSONObject {
  ["output_type": .string("stream"), "name": .string(name), "text": .string(text + "\n")]
}
