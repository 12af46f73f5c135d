import Interpreter
import Language
import Notebooks
import Text
import Training

/// What there is to read about a word.
struct Page {
  /// False where nothing is known of it; the text says so then.
  var isFound: Bool
  var text: String
  private var html: String

  /// The page by MIME type.
  var bundle: JSONObject { ["text/plain": .string(text), "text/html": .string(html)] }

  fileprivate init(isFound: Bool, parts: [(text: String, html: String?)]) {
    self.isFound = isFound
    text = parts.map(\.text).joined(separator: "\n")
    html = parts.map { $0.html ?? XMLElement("pre", text: $0.text).html }.joined()
  }
}

extension KernelWorker {
  /// What help, `explain` or `show` say of a word: a command, a topic, a model, any other word of the language.
  func page(about subject: String) -> Page {
    var statements = ["help " + subject]
    if !subject.isEmpty, Command.named(subject) == nil {
      // A term that is an option's too asks for the term; a model goes before both.
      statements.insert("explain " + subject, at: 0)
      let names = session.interpreter.names
      let model = names.models.last { subject == $0.name || subject.hasPrefix($0.name + ".") }
      if let model { statements.insert("show " + model.name, at: 0) }
    }
    var last = Page(isFound: false, parts: [])
    for statement in statements {
      last = answer(statement)
      if last.isFound { return last }
    }
    return last
  }

  /// What a statement that only looks says.
  private func answer(_ statement: String) -> Page {
    let source = SourceFile(statement)
    var parts: [(text: String, html: String?)] = []
    let result = session.interpreter.execute(statement, cancellation: Cancellation()) { [painting] output in
      let text = painting.plainText(output, source)
      guard !text.isEmpty else { return }
      parts.append((text, output.mimeBundle(plainText: text)?["text/html"]?.string))
    }
    return Page(isFound: result.status == .ok, parts: parts)
  }
}
