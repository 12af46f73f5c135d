import Language
import Testing

struct ParserTests {
  @Test(arguments: [
    ("", ""),
    ("  # only a comment\n\n\t\n", ""),
    ("convert", "(convert)"),
    ("data fashion-mnist limit 20000", "(data fashion-mnist :limit 20000.0)"),
    ("data folder \"my \\\"data\\\"\\\\x\\n\"", #"(data folder "my \"data\"\\x\n")"#),
    ("data \"^(.*)_\\d+\\.jpg$\"", #"(data "^(.*)_\\d+\\.jpg$")"#),
    (
      "data a classes cat, \"b c\",\n  limit, 3 limit 2",
      "(data a :classes [cat \"b c\" limit 3.0] :limit 2.0)"
    ),
    ("data a classes 47 limit 2", "(data a :classes [47.0] :limit 2.0)"),
    ("data a classes [cat, dog]", "(data a :classes [cat dog])"),
    ("teacher = train resnet18 epochs 3 lr 1e-4", "teacher = (train resnet18 :epochs 3.0 :lr 0.0001)"),
    ("train resnet18 schedule one-cycle augment", "(train resnet18 :schedule one-cycle :augment)"),
    ("train resnet18 augment seed -7", "(train resnet18 :augment :seed -7.0)"),
    ("compare teacher student", "(compare teacher student)"),
    ("inspect student.layer1.0.conv1", "(inspect student.layer1.0.conv1)"),
    ("advise within 1%", "(advise :within 1.0%)"),
    ("export tiny to \"file.onnx\" # there", "(export tiny :to \"file.onnx\")"),
    ("schüler = train net_2", "schüler = (train net_2)"),
  ])
  func aCommandHasOperandsThenClauses(_ source: String, _ expected: String) {
    #expect(parse(source, vocabulary: .sample).diagnostics == [])
    #expect(tree(source) == expected)
  }

  @Test(arguments: [
    ("qat student with kd(teacher, DecoupledKD, 0.5)", "(qat student :with kd(teacher DecoupledKD 0.5))"),
    (
      "qat s with kd(t, T: 4, alpha=1), nkd epochs 2",
      "(qat s :with kd(t T: 4.0 alpha: 1.0), nkd :epochs 2.0)"
    ),
    ("qat s with kd()", "(qat s :with kd())"),
    ("qat s with kd(t, layers: [conv1, layer1.0],)", "(qat s :with kd(t layers: [conv1 layer1.0]))"),
    ("qat s with kd(t, layers: [conv1: layer1.0, fc])", "(qat s :with kd(t layers: [conv1: layer1.0 fc]))"),
    ("qat s with kd(t, DecoupledKD(normalize: true))", "(qat s :with kd(t DecoupledKD(normalize: true)))"),
    ("qat s with f(conv(3) > relu)", "(qat s :with f({conv(3.0) > relu}))"),
    ("qat s layers []", "(qat s :layers [])"),
    // A label may be a word that is a keyword elsewhere.
    ("qat s with kd(t, epochs: 3)", "(qat s :with kd(t epochs: 3.0))"),
  ])
  func callsAndListsHoldValues(_ source: String, _ expected: String) {
    #expect(parse(source, vocabulary: .sample).diagnostics == [])
    #expect(tree(source) == expected)
  }

  @Test(arguments: [
    ("qat s bits 4", "(qat s :bits 4.0)"),
    ("qat s bits(conv1: 8, rest: 4) epochs 2", "(qat s :bits bits(conv1: 8.0 rest: 4.0) :epochs 2.0)"),
    ("qat s bits(layer1.*: 4, *.conv2: 6, *: 8)", "(qat s :bits bits(layer1.*: 4.0 *.conv2: 6.0 *: 8.0))"),
    ("qat s keep(layer*.0.conv1, fc: bf16)", "(qat s :keep keep(layer*.0.conv1 fc: bf16))"),
    (
      "qat s bits(\n  layer1.*: 4,\n  rest: 8\n) seed 1",
      "(qat s :bits bits(layer1.*: 4.0 rest: 8.0) :seed 1.0)"
    ),
  ])
  func anOptionMayHaveParenthesesOfItsOwnWithPatterns(_ source: String, _ expected: String) {
    #expect(parse(source, vocabulary: .sample).diagnostics == [])
    #expect(tree(source) == expected)
  }

  @Test(arguments: [
    ("model tiny = conv(16, 3) > relu > fc(10)", "(model tiny {conv(16.0 3.0) > relu > fc(10.0)})"),
    ("model tiny = resnet18", "(model tiny {resnet18})"),
    ("model tiny = fc(10)", "(model tiny {fc(10.0)})"),
    ("model tiny", "(model tiny)"),
    ("train conv(16, 3) > fc(10) epochs 2", "(train {conv(16.0 3.0) > fc(10.0)} :epochs 2.0)"),
    ("model = train resnet18", "model = (train resnet18)"),
  ])
  func layersAreJoinedToANetwork(_ source: String, _ expected: String) {
    #expect(parse(source, vocabulary: .sample).diagnostics == [])
    #expect(tree(source) == expected)
  }

  @Test(arguments: [
    "qat s with kd(\n  t, # teacher\n\n  0.5\n) epochs 2",
    "qat s with\\\n kd(t, 0.5) \\  \n epochs 2",
    "\u{FEFF}qat\ts\u{A0}with kd(t,\r\n0.5) epochs 2\r\n",
    "qat s with kd(t\n, 0.5)\u{3000}epochs 2\r",
  ])
  func aLineGoesOnInBracketsAndAfterABackslash(_ source: String) {
    #expect(parse(source, vocabulary: .sample).diagnostics == [])
    #expect(tree(source) == "(qat s :with kd(t 0.5) :epochs 2.0)")
  }

  @Test func aLineGoesOnAfterACommaOrAnArrow() {
    let source =
      "model a = conv(1, 3) > # first\n\n# then\n  relu >\n  fc(2)\nqat s with kd(t),\n  nkd\nconvert"
    #expect(parse(source, vocabulary: .sample).diagnostics == [])
    #expect(tree(source) == "(model a {conv(1.0 3.0) > relu > fc(2.0)})\n(qat s :with kd(t), nkd)\n(convert)")
  }

  @Test func aVerbThatDoesNotExistTakesEveryKeyword() {
    #expect(
      tree("trian r epochs 3 augment with kd(t) more 4")
        == "(trian r more 4.0 :epochs 3.0 :augment :with kd(t))")
    #expect(parse("trian r epochs 3 more 4", vocabulary: .sample).diagnostics == [])
  }

  @Test func rangesCoverTheExactWords() throws {
    let source = "x = 1\nü = train \"é\" epochs 3 # end"
    let file = SourceFile(source)
    let statement = try #require(parse(source, vocabulary: .sample).statements.last)
    #expect(file.text(of: statement.range) == "ü = train \"é\" epochs 3")
    #expect(statement.target.map { file.text(of: $0.range) } == "ü")
    #expect(file.text(of: statement.verb.range) == "train")
    #expect(statement.operands.map { file.text(of: $0.range) } == ["\"é\""])
    #expect(statement.clauses.map { file.text(of: $0.range) } == ["epochs 3"])
  }

  @Test func numbersKeepTheirText() throws {
    let statement = try #require(parse("advise 1e-4 within 2.50%", vocabulary: .sample).statements.first)
    guard case .number(let number)? = statement.operands.first,
      case .value(.percentage(let percentage))? = statement.clauses.first?.value
    else {
      Issue.record("not a number and a percentage: \(tree(statement))")
      return
    }
    #expect((number.text, number.value) == ("1e-4", 1e-4))
    #expect((percentage.text, percentage.value) == ("2.50%", 2.5))
  }
}
