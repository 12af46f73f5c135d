import Datasets
import Distillation
import Foundation
import GraphIR
import Language
import Pictures
import Text
import Training

/// `explore kd TEACHER [STUDENT] ["FILE"]`.
func exploreTeacher(_ arguments: Arguments, _ workspace: Workspace) throws -> Plan {
  let topic = try arguments.requiredWord(at: 0)
  for keyword in [Keyword.exploredImages, .observer] {
    if let range = arguments.clauseRange(keyword) {
      throw StatementError.pointless(range, option: keyword.name, without: "a layer")
    }
  }
  let words = arguments.words(from: 1)
  guard let teacher = words.first else {
    throw StatementError.topicNeeds(topic, what: "the name of a teacher", example: "explore kd teacher")
  }
  if words.count > 2 { throw StatementError.surplusTopic(words[2], topic: "explore kd") }
  let data = try workspace.data(for: arguments.verb.range)
  for word in words { try workspace.requireFit(try workspace.model(word), word, data) }
  let texts = arguments.operands.indices.filter { arguments.text(at: $0) != nil }
  if texts.count > 1 {
    let second = Word(text: arguments.text(at: texts[1]) ?? "", range: arguments.operands[texts[1]].range)
    throw StatementError.surplusTopic(second, topic: "explore kd")
  }
  let file = try PageFile(
    texts.first.flatMap { arguments.text(at: $0) }, otherwise: "kd-\(teacher.text)",
    texts.first.map { arguments.operands[$0].range } ?? teacher.range, workspace)
  let planned = PlannedTeacherExploration(
    names: words.map(\.text), data: data, file: file, verb: arguments.verb)
  return Plan { workspace, console in try planned.run(workspace, console) }
}

/// A page on what a teacher's answers become, for models that fit the data.
private struct PlannedTeacherExploration {
  /// The teacher, and the student where there is one.
  var names: [String]
  var data: ChosenData
  var file: PageFile
  var verb: Word

  private static let shown = 12

  func run(_ workspace: Workspace, _ console: Console) throws -> PlanEnding {
    if let note = data.note { console.note(note) }
    let test = data.dataset.test
    let count = min(Self.shown, test.count)
    let classes = data.classes
    var answers: [[Float]] = []
    for name in names {
      let model = try workspace.weights(of: name)
      var logits: [Float] = []
      let evaluation = try runningTraining(verb) {
        try console.evaluation(of: model, named: name, on: data) { batch in
          if logits.count < count * classes { logits.append(contentsOf: batch) }
        }
      }
      guard evaluation != nil, logits.count >= count * classes else { return .interrupted }
      answers.append(logits)
    }
    let images = (0..<count).map { place in
      let row = place * classes..<(place + 1) * classes
      return TeacherPage.Image(
        number: place + 1, label: Int(test.labels[place]), teacher: Array(answers[0][row]),
        student: answers.count > 1 ? Array(answers[1][row]) : nil, picture: picture(place))
    }
    let page = TeacherPage(
      teacher: names[0], student: names.count > 1 ? names[1] : nil, classes: data.dataset.classNames,
      images: images, source: "kd " + names.joined(separator: " "))
    try file.write(page.html, title: "kd \(names[0])", console)
    if names.count < 2 {
      console.note(
        "without a student all its logits are 0; name one to see its own: explore kd \(names[0]) student")
    }
    for (index, image) in images.prefix(3).enumerated() { tell(image, index + 1, console) }
    return .done
  }

  /// A PNG file of an image; the page has its number where there is no memory for one.
  private func picture(_ place: Int) -> String? {
    let test = data.dataset.test
    return try? Data(encodedPNG(test.colours(of: place), width: test.width, height: test.height))
      .base64EncodedString()
  }

  /// What the program's own losses are for the settings that the page begins with.
  private func tell(_ image: TeacherPage.Image, _ number: Int, _ console: Console) {
    let losses = [
      ("decoupled", DistillationLoss(.decoupledKD)), ("soft_target", DistillationLoss(.softTarget, ["T": 4])),
    ]
    for (key, loss) in losses {
      guard let logit = loss.logit else { continue }
      let student = image.student ?? image.teacher.map { _ in 0 }
      var scratch = DistillationScratch(classes: student.count)
      var gradient = [Float](repeating: 0, count: student.count)
      let parts = gradient.withUnsafeMutableBufferPointer { gradient in
        student.withUnsafeBufferPointer { student in
          image.teacher.withUnsafeBufferPointer { teacher in
            [Int32(clamping: image.label)].withUnsafeBufferPointer { labels in
              logit.evaluate(
                student: student, teacher: teacher, labels: labels, classes: student.count,
                scratch: &scratch, gradient: gradient)
            }
          }
        }
      }
      let norm = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      console.metric(names[0], "explore.image\(number).\(key)_loss", parts.total)
      console.metric(names[0], "explore.image\(number).\(key)_gradient", norm)
    }
  }
}
