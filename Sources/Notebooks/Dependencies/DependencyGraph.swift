import Interpreter
import Language

/// Which cell of a notebook makes what, and which cell uses it.
package struct DependencyGraph: Sendable {
  package struct Node: Sendable, Equatable {
    package var names = ProgramNames()
    /// The cells, by their place, that made last what this one uses.
    package var makers: [SessionName: Int] = [:]
    /// Hash of the program without comments and spaces.
    package var program = ""
    /// Hashes of what it uses that the notebook makes: of the maker's program and all that went into it.
    package var inputs: [SessionName: String] = [:]
  }

  /// One for each program, in their order.
  package private(set) var nodes: [Node] = []

  /// Follows programs in the order of the document; nil for a cell that doesn't run.
  package init(programs: [String?]) {
    var reader = NameReader()
    var makers: [SessionName: Int] = [:]
    var before: [(makers: [SessionName: Int], known: KnownModels, defines: Set<SessionName>)] = []
    for (index, program) in programs.enumerated() {
      guard let program else {
        nodes.append(Node())
        continue
      }
      var node = Node()
      let known = reader.known
      node.names = reader.read(program)
      node.program = programHash(program)
      if node.names.undoes, let last = before.popLast() {
        // What the undone cell made is as it was before: whoever uses it depends on this cell and on the older ones.
        node.names.defines = last.defines
        node.names.uses.formUnion(last.defines)
        reader.restore(last.known)
      } else if !node.names.defines.isEmpty {
        before.append((makers, known, node.names.defines))
      }
      for name in node.names.uses { node.makers[name] = makers[name] }
      for (name, maker) in node.makers { node.inputs[name] = key(of: maker) }
      for name in node.names.defines { makers[name] = index }
      nodes.append(node)
    }
  }

  /// Hash of a cell's program and of everything that went into what it uses.
  private func key(of place: Int) -> String {
    let node = nodes[place]
    var hash = ContentHash(node.program)
    for (name, key) in node.inputs.sorted(by: { $0.key < $1.key }) {
      hash.add(name.key)
      hash.add(key)
    }
    return shortened(hash)
  }
}

/// Hash of a program's tokens: comments, spaces and empty lines don't matter.
package func programHash(_ source: String) -> String {
  let file = SourceFile(source)
  var hash = ContentHash()
  var endsLine = true
  for token in tokenize(source) {
    switch token.kind {
    case .comment, .continuation: continue
    case .newline:
      if !endsLine { hash.add("\n") }
      endsLine = true
    default:
      hash.add(String(file.text(of: token.range)))
      endsLine = false
    }
  }
  if !endsLine { hash.add("\n") }
  return shortened(hash)
}

/// Sixteen digits are enough to tell the cells of a notebook apart, and short in a file that people read.
private func shortened(_ hash: ContentHash) -> String { String(hash.digits.prefix(16)) }
