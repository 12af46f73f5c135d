import Language
import Testing

/// Source in, picture out.
struct DiagnosticPictureTests {
  private func picture(_ source: String) -> String {
    let file = SourceFile(source)
    return parse(source, vocabulary: .sample).diagnostics
      .map { render($0, in: file, style: .plain, width: 80) }.joined(separator: "\n")
  }

  @Test(arguments: [
    """
    error: "(" is never closed
      qat student with kd(teacher, DecoupledKD, 0.5
                         ^ ")" is missing
      try: kd(teacher, DecoupledKD, 0.5)
    """,
    """
    error: "[" is not closed before ")"
      qat s with kd(a, [b)
                       ^ "]" is missing
      try: [b]
    """,
    """
    error: "(" is closed by "]"
      qat s with kd(a]
                     ^ write )
    """,
    """
    error: ")" closes nothing
      convert)
             ^ no "(" is open here
    """,
    """
    error: "," is missing before "weight"
      qat s with kd(a weight 0.5)
                      ^~~~~~
      note: an argument with a name is written weight: 0.5
    """,
    """
    error: nothing stands before ","
      qat s with kd(, a)
                    ^ a value is missing, or the comma is one too many
    """,
    """
    error: "T" needs a value
      qat s with kd(a, T: )
                       ^ write it after the colon
    """,
  ])
  func bracketsAndTheirElements(_ expected: String) {
    #expect(picture(cell(in: expected)) == expected)
  }

  @Test(arguments: [
    """
    error: train has no option "epoch"
      train resnet18 lr 1 epoch 4
                          ^~~~~ did you mean "epochs"?
    """,
    """
    error: train has no option "teacher"
      train resnet18 epochs 3 teacher a
                              ^~~~~~~
      note: options of train: augment, batch, epochs, lr, schedule, seed
    """,
    """
    error: epochs needs a value
      train resnet18 epochs lr 3
                     ^~~~~~ write it after the word
    """,
    """
    error: epochs is given twice
      train resnet18 epochs 3 epochs 4
                              ^~~~~~ after "epochs 3"
    """,
    """
    error: unexpected "4" after the value of epochs
      train resnet18 epochs 3 4
                              ^
    """,
    """
    error: with needs a call, not "3"
      qat s with 3
                 ^
      note: a call is a name with arguments: kd(teacher, 0.5)
    """,
    """
    error: "," is missing before "kd"
      qat s with kd(a) kd(b)
                       ^~
    """,
  ])
  func clauses(_ expected: String) {
    #expect(picture(cell(in: expected)) == expected)
  }

  @Test(arguments: [
    """
    error: a command takes no parentheses
      train(resnet18, epochs: 3)
           ^ write the words after "train" with spaces between
      try: train resnet18 epochs 3
    """,
    """
    error: a network is defined with the command "model"
      tiny = conv(16, 3) > relu
             ^~~~ "conv" is not a command
      try: model tiny = conv(16, 3) > relu
    """,
    """
    error: the network has no name
      model conv(16, 3) > relu
            ^~~~ a name and = belong before it
      try: model tiny = conv(16, 3) > relu
    """,
    """
    error: "=" is missing after "tiny"
      model tiny conv(16, 3) > relu
            ^~~~
      try: model tiny = conv(16, 3) > relu
    """,
    """
    error: a layer is missing after ">"
      model tiny = conv(16, 3) >
                               ^
      try: conv(16, 3) > relu > fc(10)
    """,
    """
    error: "3" is not a layer
      model tiny = relu > 3
                          ^
      note: a layer is a name or a call: relu, conv(16, 3)
    """,
    """
    error: "3" is not a command
      teacher = 3
                ^
      note: a line begins with a command, or with a name and =: teacher = train resnet18
      try: help
    """,
    """
    error: a command can't begin with ":"
      :help
      ^ colon commands work only at the prompt
    """,
  ])
  func commandsAndNetworks(_ expected: String) {
    #expect(picture(cell(in: expected)) == expected)
  }

  @Test(arguments: [
    """
    error: "3x" is neither a number nor a name
      train r epochs 3x
                     ^~
      note: a number is written 3, -1, 0.5, 1e-4 or 10%, and a name begins with a letter
    """,
    """
    error: the number "1e999" is out of range
      train r lr 1e999
                 ^~~~~
      note: numbers reach from 5e-324 to 1.797e308
    """,
    """
    error: the string is not closed
      export tiny to "file.onnx
                     ^ no " follows on its line
      try: "file.onnx"
    """,
    """
    error: a string needs straight quotes "…", not “…”
      export tiny to “file.onnx”
                     ^~~~~~~~~~~ write "file.onnx"
    """,
    """
    error: the string is not closed
      export tiny to "file.onnx”
                     ^ no " follows on its line
      note: ” doesn't close a string, only a straight " does
    """,
    """
    error: the path "data/mnist" needs quotes
      data folder data/mnist limit 3
                  ^~~~~~~~~~ write "data/mnist"
    """,
    """
    error: unexpected characters "🚀🎉"
      模型 = train r 🚀🎉 epochs 3
                     ^~~~
    """,
    """
    error: unexpected character "+"
      advise 1 + 2
               ^ there is no arithmetic
    """,
  ])
  func characters(_ expected: String) {
    #expect(picture(cell(in: expected)) == expected)
  }

  @Test func charactersThatCannotBeSeenAreNamed() {
    #expect(
      picture("train\u{200B} r\u{0}") == """
        error: unexpected invisible character U+200B
          train\u{FFFD} r\u{FFFD}
               ^
        error: unexpected control character U+0000
          train\u{FFFD} r\u{FFFD}
                  ^
        """)
  }

  @Test func aCellOfSeveralLinesTellsTheLine() {
    #expect(
      picture("convert\n\n\ttrain r lr 1\tepoch 3\n") == """
        error: train has no option "epoch" (line 3)
              train r lr 1    epoch 3
                              ^~~~~ did you mean "epochs"?
        """)
  }

  /// The cell that a picture shows.
  private func cell(in picture: String) -> String {
    String(picture.split(separator: "\n")[1].dropFirst(2))
  }
}
