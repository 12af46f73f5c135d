import GraphIR
import Interpreter
import Language
import SessionStore
import Testing

/// What a person sees of a slip: place, cause and remedy.
@Suite struct BindingPictureTests {
  @Test(arguments: [
    (
      "trian resnet18",
      """
      error: no command is called "trian"
        trian resnet18
        ^~~~~ did you mean "train"?
      """
    ),
    (
      "train resnet18 epocs 3",
      """
      error: train has no option "epocs"
        train resnet18 epocs 3
                       ^~~~~ did you mean "epochs"?
      """
    ),
    (
      "train resnet18 epochs 2.5",
      """
      error: epochs takes a whole number from 1 to 10,000, not the number 2.5
        train resnet18 epochs 2.5
                              ^~~
        note: write epochs 2 or epochs 3
      """
    ),
    (
      "train resnet18 epochs -1",
      """
      error: epochs takes a whole number from 1 to 10,000
        train resnet18 epochs -1
                              ^~
        try: epochs 1
      """
    ),
    (
      "train resnet18 lr nan",
      """
      error: lr takes a number greater than 0 or auto, not the name nan
        train resnet18 lr nan
                          ^~~
        try: lr 1e-3
      """
    ),
    (
      "qat student with kd(teacher, DecoupledKD, 1.5)",
      """
      error: weight of kd takes a number from 0 to 1
        qat student with kd(teacher, DecoupledKD, 1.5)
                                                  ^~~
        note: a share is a fraction from 0 to 1, such as 0.5, or a percentage: 50%
      """
    ),
    (
      "qat student with kd(teacher, DecopledKD)",
      """
      error: no loss is called "DecopledKD"
        qat student with kd(teacher, DecopledKD)
                                     ^~~~~~~~~~ did you mean "DecoupledKD"?
      """
    ),
    (
      "model tiny = conv(16, 3) > rleu > fc(10)",
      """
      error: no layer is called "rleu"
        model tiny = conv(16, 3) > rleu > fc(10)
                                   ^~~~ did you mean "relu"?
      """
    ),
    (
      "convert",
      """
      error: there is no QAT model to convert
        convert
        ^~~~~~~
        note: train and quantize one first: teacher = train resnet18, then qat student with kd(teacher)
      """
    ),
  ])
  func aSlipIsShownWithItsPlaceCauseAndRemedy(source: String, picture: String) throws {
    let scene = try Scene()
    // What can't be written in the session is not suggested.
    if source.contains("teacher") { try scene.addModel("teacher") }
    #expect(scene.picture(source) == picture)
  }

  @Test func aNearModelIsSuggested() throws {
    let scene = try Scene()
    try scene.addModel("teacher")
    #expect(
      scene.picture("qat student with kd(techer, DecoupledKD, 0.5)") == """
        error: no model is called "techer"
          qat student with kd(techer, DecoupledKD, 0.5)
                              ^~~~~~ did you mean "teacher"?
        """)
  }
}
