package import Interpreter
package import Language
package import Text

/// What running a code cell gave.
package struct CellRecord: Sendable {
  /// Among the notebook's code cells, from 1; 0 for the file itself.
  package var number: Int
  /// The program that ran, with its parameters' values.
  package var source: String
  package var status: CellResult.Status
  package var seconds: Double
  package var metrics: [Metric]
  /// Without progress and diagnostics.
  package var outputs: [Output]
  package var diagnostics: [Diagnostic]
  /// Outputs and diagnostics in the order in which they arose.
  package private(set) var shown: [Output]
  /// SHA-256 of files that it read, by the path that was written.
  package var files: [String: String] = [:]
  /// The cell was not run: all this is what an earlier run of it gave, on the same inputs.
  package var isServed = false

  package init(
    number: Int, source: String, status: CellResult.Status = .ok, seconds: Double = 0, metrics: [Metric] = [],
    outputs: [Output] = [], diagnostics: [Diagnostic] = []
  ) {
    self.number = number
    self.source = source
    self.status = status
    self.seconds = seconds
    self.metrics = metrics
    self.outputs = outputs
    self.diagnostics = diagnostics
    shown = outputs + diagnostics.filter { !outputs.tells($0) }.map(Output.diagnostic)
  }

  /// A cell that ran, with everything that it put out.
  package init(number: Int, source: String, _ result: CellResult, _ outputs: [Output]) {
    let diagnostics = outputs.compactMap { output in
      switch output {
      case .diagnostic(let diagnostic): diagnostic
      case .finding(let finding) where finding.range != nil: finding.diagnostic
      default: nil
      }
    }
    self.init(
      number: number, source: source, status: result.status, seconds: result.seconds, metrics: result.metrics,
      outputs: outputs.filter { $0.json != nil },
      diagnostics: diagnostics + result.diagnostics.filter { !diagnostics.contains($0) })
    let late = self.diagnostics.dropFirst(diagnostics.count).map(Output.diagnostic)
    shown =
      outputs.filter { output in
        if case .progress = output { false } else { true }
      } + late
  }

  /// What the run's figures showed.
  package var findings: [Finding] {
    outputs.compactMap { if case .finding(let finding) = $0 { finding } else { nil } }
  }

  /// The line for `--json`: a stable interface.
  package var json: JSONObject {
    let text = SourceFile(source)
    var object: JSONObject = [
      "cell": .integer(number), "source": .string(source), "status": .string(status.rawValue),
      "seconds": .double((seconds * 1000).rounded() / 1000), "values": .object(values { _ in true }),
      "outputs": .array(outputs.compactMap { $0.json.map(JSONValue.object) }),
    ]
    if !diagnostics.isEmpty {
      object["diagnostics"] = .array(diagnostics.map { .object($0.json(in: text)) })
    }
    if !findings.isEmpty { object["findings"] = .array(findings.map { .object($0.json(in: text)) }) }
    return object
  }

  /// Without curves and bars that results of an older format don't have yet, where the saved ones have fewer.
  func asOf(format: Int, saved outputs: [JSONObject]) -> CellRecord {
    func isLater(_ output: Output) -> Bool {
      switch output {
      case .curve(let curve): curve.since ?? 0 > format
      case .bars(let chart): chart.since ?? 0 > format
      default: false
      }
    }
    func isPlot(_ output: Output) -> Bool {
      switch output {
      case .curve, .bars: true
      default: false
      }
    }
    let saved = outputs.count { output in
      ["curve", "bars"].contains(output["data"]?.object?[qatlabMIMEType]?.object?["type"]?.string)
    }
    guard saved < self.outputs.count(where: isPlot) else { return self }
    var record = self
    record.outputs.removeAll(where: isLater)
    record.shown.removeAll(where: isLater)
    return record
  }

  /// Numbers by name; of a metric that was given twice the last value counts.
  func values(where isWanted: (Metric) -> Bool) -> JSONObject {
    metrics.filter(isWanted).reduce(into: JSONObject()) { $0[$1.name] = .double($1.value) }
  }
}

extension [Output] {
  /// True where a finding among them says the same.
  fileprivate func tells(_ diagnostic: Diagnostic) -> Bool {
    contains { if case .finding(let finding) = $0 { finding.diagnostic == diagnostic } else { false } }
  }
}
