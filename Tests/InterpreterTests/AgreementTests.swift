import Interpreter
import SessionStore
import Testing
import Training

/// How a run that learned from a teacher is compared with it.
@Suite struct AgreementTests {
  private func scene() throws -> Scene {
    let scene = try Scene()
    let start = scene.run("data shapes limit 128 test 64\nteacher = train lenet5 epochs 1 batch 32")
    #expect(start.0.status == .ok)
    return scene
  }

  private let cell = "student = distill lenet5 with kd(teacher, SoftTarget) epochs 1 batch 32"

  @Test func theShareOfEqualClassesIsToldForEachTeacher() throws {
    let (result, _) = try scene().run(cell)
    #expect(result.status == .ok)
    let share = try #require(result.values["student.teacher_agreement"])
    #expect((0...1).contains(share))
  }

  @Test func aStopWhileClassesAreComparedKeepsTheModel() throws {
    let scene = try scene()
    let cancellation = Cancellation()
    // The pace is told when training is over and the teacher has not yet been asked.
    let (result, _) = scene.run(cell, cancellation: cancellation) { output in
      if case .metric(let metric) = output, metric.name == "student.step_ms" { cancellation.cancel() }
    }
    #expect(result.status == .interrupted)
    #expect(result.values["student.accuracy"] != nil)
    #expect(result.values["student.teacher_agreement"] == nil)
    #expect(try scene.store.models().map(\.name) == ["teacher", "student"])
  }
}
