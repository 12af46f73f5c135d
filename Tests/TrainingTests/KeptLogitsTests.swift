import Datasets
import Distillation
import GraphIR
import Quantization
import Testing
import Training

/// A teacher's logits are computed once where images stay the same, and nothing else changes by it.
@Suite struct KeptLogitsTests {
  /// 250 images in batches of 64: each epoch leaves 58 out, others in each.
  private func data() throws -> Dataset {
    try loadDataset(DatasetRequest(name: "shapes", limit: 250, testLimit: 100))
  }

  struct Result {
    var outcome: TrainingOutcome
    var losses: [Double] = []
    var reports: [TeacherLogitsReport] = []
  }

  private func quantized(
    _ teacher: Model, _ data: Dataset, logits: LogitsLibrary?, augments: Bool = false, epochs: Int = 3,
    cancelAfter: Int? = nil
  ) throws -> Result {
    let recipe = TrainingRecipe(
      epochs: epochs, batchSize: 64, learningRate: 1e-3, schedule: .cosine, seed: 1, augments: augments,
      quantization: QuantizationRecipe(),
      distillation: [
        DistillationTerm(teacher: "teacher", loss: DistillationLoss(.decoupledKD), weight: 0.4),
        DistillationTerm(teacher: "teacher", loss: DistillationLoss(.logits), weight: 0.1),
      ])
    let cancellation = Cancellation()
    var losses: [Double] = []
    var reports: [TeacherLogitsReport] = []
    let outcome = try train(
      teacher, on: data, recipe: recipe, teachers: ["teacher": teacher], logits: logits,
      cancellation: cancellation
    ) { event in
      switch event {
      case .teacherLogits(let report): reports.append(report)
      case .step(let report):
        losses.append(report.distillationLoss)
        if report.step == cancelAfter { cancellation.cancel() }
      case .epoch, .scheduled, .blend, .calibrating, .calibrated: break
      }
    }
    return Result(outcome: outcome, losses: losses, reports: reports)
  }

  private func known(_ result: Result) -> Int? {
    guard case .kept(let images, let known, let bytes)? = result.reports.first?.keeping else { return nil }
    #expect(images == 250)
    #expect(bytes == 250 * 10 * 4)
    return known
  }

  @Test func keepingThemChangesNoBit() throws {
    let data = try data()
    let teacher = try TrainingTests.tiny(data)
    let library = LogitsLibrary()
    let anew = try quantized(teacher, data, logits: nil)
    let kept = try quantized(teacher, data, logits: library)
    let reused = try quantized(teacher, data, logits: library)
    for result in [kept, reused] {
      #expect(result.outcome.model == anew.outcome.model)
      #expect(result.losses == anew.losses)
      #expect(result.outcome.lastEpoch?.testLoss == anew.outcome.lastEpoch?.testLoss)
    }
    #expect(known(anew) == nil)
    #expect(known(kept) == 0)
    // The images that the first epoch left out are known too.
    #expect(known(reused) == 250)
    #expect(anew.outcome.teacherStepMilliseconds != nil)
    #expect(kept.outcome.teacherStepMilliseconds != nil)
    #expect(reused.outcome.teacherStepMilliseconds == nil)
  }

  @Test func aStoppedRunLeavesWhatItKnows() throws {
    let data = try data()
    let teacher = try TrainingTests.tiny(data)
    let library = LogitsLibrary()
    _ = try quantized(teacher, data, logits: library, cancelAfter: 2)
    let next = try quantized(teacher, data, logits: library)
    #expect(known(next) == 128)
    #expect(next.outcome.model == (try quantized(teacher, data, logits: nil)).outcome.model)
  }

  @Test func anotherTeacherOrOtherImagesAreNotMixedUp() throws {
    let data = try data()
    let teacher = try TrainingTests.tiny(data)
    let library = LogitsLibrary()
    _ = try quantized(teacher, data, logits: library, epochs: 1)
    var other = teacher
    other.parameters["fc.bias"] = Tensor((0..<10).map { Float($0) })
    #expect(known(try quantized(other, data, logits: library, epochs: 1)) == 0)
    var changed = data
    changed.training.pixels[300] ^= 1
    #expect(known(try quantized(teacher, changed, logits: library, epochs: 1)) == 0)
    #expect(known(try quantized(teacher, data, logits: library, epochs: 1)) == 250)
  }

  @Test func augmentedImagesAreAlwaysLookedAt() throws {
    let data = try data()
    let teacher = try TrainingTests.tiny(data)
    let library = LogitsLibrary()
    let result = try quantized(teacher, data, logits: library, augments: true, epochs: 2)
    guard case .recomputed? = result.reports.first?.keeping else {
      Issue.record("logits of augmented images were kept")
      return
    }
    #expect(
      result.outcome.model
        == (try quantized(teacher, data, logits: nil, augments: true, epochs: 2)).outcome.model)
  }
}
