import Interpreter
import Language
import Notebooks
import Testing
import Text

@Suite struct CellRecordTests {
  @Test func aCellThatWorkedIsOneLineOfJSON() {
    let record = CellRecord(
      number: 2, source: "compare", seconds: 12.90049,
      metrics: [
        Metric("teacher.accuracy", 0.9), Metric("teacher.accuracy", 0.9012),
        Metric("teacher.size_bytes", 44_776_488),
        Metric("teacher.loss", .nan),
      ],
      outputs: [
        .text("a"), .note("b"), .progress(Progress(activity: "c", done: 1, total: 2)),
        .table(Table(columns: [.init("x"), .init("y", .right)], rows: [["a", .plain(2)]])),
        .metric(Metric("m", 0.5, text: "m 50 %", reproducible: false)),
        .curve(
          Curve(
            title: "t", xLabel: "x", yLabel: "y",
            series: [.init(name: "s", points: [.init(x: 0, y: 0.5), .init(x: 1, y: .infinity)])])),
        .histogram(
          Histogram(
            title: "h", xLabel: "weight", yLabel: "weights a bin", countScale: .logarithmic,
            edges: [-1, 0, 0.5], counts: [3, 0], markers: [.init(name: "minmax", position: -1)])),
      ])
    let expected = [
      #"{"cell":2,"source":"compare","status":"ok","seconds":12.9,"#,
      #""values":{"teacher.accuracy":0.9012,"teacher.size_bytes":44776488,"teacher.loss":null},"#,
      #""outputs":[{"type":"text","text":"a"},{"type":"note","text":"b"},"#,
      #"{"type":"table","title":null,"columns":[{"title":"x","alignment":"left"},"#,
      #"{"title":"y","alignment":"right"}],"rows":[["a","2"]],"values":[[null,{"number":2,"step":1}]]},"#,
      #"{"type":"metric","name":"m","value":0.5,"text":"m 50 %","reproducible":false},"#,
      #"{"type":"curve","title":"t","x_label":"x","y_label":"y","#,
      #""series":[{"name":"s","points":[[0,0.5],[1,null]]}]},"#,
      #"{"type":"histogram","title":"h","x_label":"weight","y_label":"weights a bin","#,
      #""count_scale":"logarithmic","edges":[-1,0,0.5],"counts":[3,0],"#,
      #""markers":[{"name":"minmax","position":-1}]}]}"#,
    ]
    #expect(JSONValue.object(record.json).line == expected.joined())
  }

  @Test func anErrorCarriesItsPlaceInScalars() {
    let diagnostic = Diagnostic(
      id: "unknown-model", message: "no model is called \"té\"",
      range: SourceRange(lowerBound: 11, upperBound: 14), suggestion: "teacher")
    let record = CellRecord(number: 1, source: "é\nconvert té", status: .error, diagnostics: [diagnostic])
    let expected = [
      #"{"cell":1,"source":"é\nconvert té","status":"error","seconds":0,"values":{},"outputs":[],"#,
      #""diagnostics":[{"id":"unknown-model","severity":"error","message":"no model is called \"té\"","#,
      #""line":2,"column":9,"length":2,"suggestion":"teacher"}]}"#,
    ]
    #expect(JSONValue.object(record.json).line == expected.joined())
  }

  @Test func aDiagnosticWithoutAPlaceHasNulls() {
    let json = Diagnostic(id: "i", severity: .warning, message: "m").json(in: SourceFile("x"))
    let expected = #"{"id":"i","severity":"warning","message":"m","line":null,"column":null,"length":null,"#
    #expect(JSONValue.object(json).line == expected + #""suggestion":null}"#)
  }
}
