import ArgumentParser
import Execution
import Foundation
import GraphIR
import Text
import Training

/// `qatlab bench`: times of the engine's own steps.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Time training steps and forward passes on random images.")

  @Argument(help: "train, qat, kd, int8 or float; all of them if none is named.")
  var works: [String] = []

  @Option(help: "An architecture by name.")
  var model = "resnet18"

  @Option(help: "Height and width of the images.")
  var size = 28

  @Option(help: "Channels of the images (default: 1 at 28 pixels, else 3).")
  var channels: Int?

  @Option(help: "Images a step.")
  var batch = 128

  @Option(help: "Steps that are timed, after three that are not.")
  var steps = 15

  @Option(help: "What training steps and passes of the float model multiply: f32 or bf16.")
  var precision = TrainingPrecision.float32.rawValue

  @Flag(help: "One JSON object a line.")
  var json = false

  @Flag(help: "With kd: the teacher's logits are kept, as a run does from its second epoch on.")
  var cached = false

  @Flag(help: "Show where each millisecond went.")
  var profile = false

  @ParentCommand var program: QatlabCommand

  func validate() throws {
    for work in works where BenchmarkWork(rawValue: work) == nil {
      throw ValidationError("there is no work \"\(work)\"; choose from \(names)")
    }
    guard !cached || works == [BenchmarkWork.kd.rawValue] else {
      throw ValidationError(
        "--cached belongs to kd alone, whose teacher has logits to keep: qatlab bench kd --cached")
    }
    guard Architecture.named(model) != nil else {
      let known = Architecture.all.map(\.name).joined(separator: ", ")
      throw ValidationError("there is no architecture \"\(model)\"; choose from \(known)")
    }
    guard let precision = TrainingPrecision(rawValue: precision) else {
      let known = TrainingPrecision.allCases.map(\.rawValue).joined(separator: " or ")
      throw ValidationError("there is no precision \"\(precision)\"; choose \(known)")
    }
    guard precision.isSupported else {
      throw ValidationError(
        "this processor does not multiply bf16 (it lacks AVX-512 BF16), so training would be slower, not faster"
      )
    }
    guard (8...512).contains(size), (1...4096).contains(batch), (1...10_000).contains(steps),
      (1...16).contains(channels ?? 1)
    else {
      throw ValidationError(
        "size must be 8 to 512, batch 1 to 4096, steps 1 to 10000, channels 1 to 16")
    }
  }

  private var names: String { BenchmarkWork.allCases.map(\.rawValue).joined(separator: ", ") }

  func run() throws {
    guard let architecture = Architecture.named(model) else { return }
    let chosen = works.isEmpty ? BenchmarkWork.allCases : works.compactMap(BenchmarkWork.init(rawValue:))
    for work in chosen {
      let planes = channels ?? (size == 28 ? 1 : 3)
      let request = BenchmarkRequest(
        work: work, architecture: architecture,
        input: Shape(channels: planes, height: size, width: size), batch: batch, steps: steps,
        keepsLogits: cached, precision: TrainingPrecision(rawValue: precision) ?? .float32)
      do {
        show(try benchmark(request), of: work)
      } catch let error as ShapeError {
        throw ValidationError("\(model) can't take \(size)×\(size) images: at \(error.node), \(error.reason)")
      }
    }
  }

  private func show(_ result: BenchmarkResult, of work: BenchmarkWork) {
    // The program's own option of the name takes the word wherever it stands.
    if json || program.json { return printJSON(result, of: work) }
    print(
      String(
        format:
          "%@ %@ %@ %d px, batch %d: %.1f ms (%.1f–%.1f), %.0f images/s, %.0f GFLOP/s of %.3f an image",
        work.rawValue, precision, model, size, batch, result.median, result.fastest, result.slowest,
        result.imagesPerSecond, result.gigaOperationsPerSecond, Double(result.operationsPerImage) / 1e9))
    print(
      String(
        format: "  memory: %.0f MB of activations, %.0f MB of weights", Double(result.activationBytes) / 1e6,
        Double(result.parameterBytes) / 1e6)
        + (result.peakResidentBytes.map { String(format: "; %.0f MB resident at the peak", Double($0) / 1e6) }
          ?? ""))
    if work == .kd {
      print(
        cached
          ? "  the teacher's logits are kept, as in a run's second epoch"
          : "  each step with the teacher's forward pass; --cached measures one whose logits are kept")
    }
    guard profile else { return }
    let total = result.kinds.reduce(0) { $0 + $1.milliseconds }
    for kind in result.kinds {
      print(
        String(format: "  %8.2f ms  %5.1f %%  ", kind.milliseconds, 100 * kind.milliseconds / total)
          + kind.name)
    }
    for step in result.steps.prefix(12) {
      print(String(format: "  %8.2f ms  ", step.milliseconds) + step.name)
    }
  }

  private func printJSON(_ result: BenchmarkResult, of work: BenchmarkWork) {
    var record: JSONObject = [
      "work": .string(work.rawValue), "model": .string(model), "size": .integer(size),
      "batch": .integer(batch), "precision": .string(precision), "ms": .double(result.median),
      "min": .double(result.fastest), "max": .double(result.slowest),
      "images_per_second": .double(result.imagesPerSecond),
      "activation_bytes": .integer(result.activationBytes),
      "parameter_bytes": .integer(result.parameterBytes),
      "arithmetic": .double(Double(result.operationsPerImage) / 1e9),
      "gflops": .double(result.gigaOperationsPerSecond),
      "peak_resident_bytes": .integer(result.peakResidentBytes ?? 0),
      "peak_mb": .double(Double(result.peakResidentBytes ?? 0) / 1_048_576),
      "kinds": .object(
        JSONObject(
          result.kinds.map { JSONObject.Member(key: $0.name, value: .double($0.milliseconds)) })),
    ]
    if profile {
      record["steps"] = .object(
        JSONObject(result.steps.map { JSONObject.Member(key: $0.name, value: .double($0.milliseconds)) }))
    }
    if work == .kd { record["teacher_forward"] = .bool(!cached) }
    print(JSONValue.object(record).line)
  }
}
