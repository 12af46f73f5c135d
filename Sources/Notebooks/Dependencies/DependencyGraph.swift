package import Interpreter

/// Which cell of a notebook makes what, and which cell uses it.
package struct DependencyGraph: Sendable {
  package struct Node: Sendable, Equatable {
    package var names = Footprint()
    /// The cells, by their place, that made last what this one uses.
    package var makers: [SessionName: Int] = [:]
    /// Hash of the program, however it is laid out.
    package var program = ""
    /// The same as results of version 1 have it: of the program's tokens.
    package var tokens = ""
    /// Its outputs follow from what kernels computed, which may add in another order elsewhere.
    package var followsFromKernels = false
    /// Hashes of what it uses that the notebook makes: of the maker's program and all that went into it.
    package var inputs: [SessionName: String] = [:]
  }

  /// One for each program, in their order.
  package private(set) var nodes: [Node] = []

  /// Follows programs in the order of the document; nil for a cell that doesn't run.
  package init(programs: [String?]) {
    var known = KnownNames()
    var makers: [SessionName: Int] = [:]
    var runMakers: [Int] = []
    var steps = Steps()
    for (index, program) in programs.enumerated() {
      guard let program else {
        nodes.append(Node())
        continue
      }
      var node = Node()
      let earlier = known
      node.names = Footprint(ofProgram: program, &known)
      node.followsFromKernels = node.names.followsFromKernels(earlier)
      node.program = shortHash(programText(program))
      node.tokens = tokenHash(program)
      if node.names.undoes {
        // What the undone cell made is as it was before: whoever uses it depends on this cell and on the older ones.
        for undone in steps.take(node.names, &known) {
          node.names.defines.formUnion(undone.defines)
          node.names.addsRun = node.names.addsRun || undone.addsRun
          node.names.uses.formUnion(undone.defines)
        }
      } else if !node.names.defines.isEmpty {
        steps.add(node.names, from: earlier, to: known)
      }
      for name in node.names.uses { node.makers[name] = makers[name] }
      for (name, maker) in node.makers { node.inputs[name] = key(of: maker) }
      if node.names.uses.contains(.runs), let last = runMakers.last {
        node.makers[.runs] = last
        node.inputs[.runs] = shortHash(runMakers.map(key(of:)).joined(separator: " "))
      }
      for name in node.names.makes { makers[name] = index }
      if node.names.addsRun { runMakers.append(index) }
      nodes.append(node)
    }
  }

  /// Hash of a cell's program and of everything that went into what it uses.
  private func key(of place: Int) -> String {
    let node = nodes[place]
    let inputs = node.inputs.sorted { $0.key < $1.key }
    return shortHash(node.program, inputs.flatMap { [$0.key.key, $0.value] })
  }
}

/// The cells that undo can take back at a place of a document, and those that redo can do again.
private struct Steps {
  private struct Step {
    var footprint: Footprint
    var before: KnownNames
    var after: KnownNames
  }

  private var back: [Step] = []
  private var forward: [Step] = []

  mutating func add(_ footprint: Footprint, from before: KnownNames, to after: KnownNames) {
    back.append(Step(footprint: footprint, before: before, after: after))
    forward = []
  }

  /// Goes as far as a statement says; returns what the cells did that it goes over.
  mutating func take(_ names: Footprint, _ known: inout KnownNames) -> [Footprint] {
    var over: [Footprint] = []
    let made = known
    defer { known.countOn(from: made) }
    for _ in 0..<names.undoneCells {
      guard let step = back.popLast() else { break }
      known = step.before
      forward.append(step)
      over.append(step.footprint)
    }
    for _ in 0..<names.redoneCells {
      guard let step = forward.popLast() else { break }
      known = step.after
      back.append(step)
      over.append(step.footprint)
    }
    return over
  }
}

/// As results of version 1 name a program.
private func tokenHash(_ program: String) -> String {
  var hash = ContentHash()
  hash.add(Array(tokenText(program).utf8))
  return String(hash.digits.prefix(16))
}

/// Sixteen digits are enough to tell the cells of a notebook apart, and short in a file that people read.
private func shortHash(_ text: String, _ more: [String] = []) -> String {
  var hash = ContentHash(text)
  for text in more { hash.add(text) }
  return String(hash.digits.prefix(16))
}
