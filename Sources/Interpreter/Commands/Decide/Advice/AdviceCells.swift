import Quantization
import Training

/// The cells that make what was measured.
struct AdviceCells {
  var source: String
  /// Words that choose the images to calibrate on, where they are not those of the data in use, and that go back.
  var standIn: (choose: String, back: String)?

  func ptq(_ recipe: PostTrainingRecipe, keeping layers: [String] = []) -> String {
    var words = ["\(source)-ptq = ptq \(source)"]
    if recipe.observer != .usual(for: recipe.policy) { words.append("observer \(recipe.observer.name)") }
    if recipe.equalizes { words.append("equalize") }
    if recipe.rounding != nil { words.append("adaround") }
    if recipe.correctsBias { words.append("bias-correction") }
    return lines((words + gridWords(recipe.policy) + keepWords(layers)).joined(separator: " "), made: "ptq")
  }

  func qat(_ recipe: TrainingRecipe) -> String {
    var words = ["\(source)-qat = qat from \(source)"]
    if !recipe.distillation.isEmpty {
      words.append("with " + recipe.distillation.map(\.words).joined(separator: ", "))
    }
    words.append("epochs \(recipe.epochs)")
    let convert = "\(source)-int8 = convert \(source)-qat"
    let grids = gridWords(recipe.quantization?.policy ?? QuantizationPolicy())
    return lines((words + grids).joined(separator: " ") + "\n" + convert, made: "int8")
  }

  private func lines(_ cell: String, made suffix: String) -> String {
    guard let standIn else { return cell }
    return "data \(standIn.choose)\n\(cell)\ndata \(standIn.back)\nevaluate \(source)-\(suffix)"
  }

  private func keepWords(_ layers: [String]) -> [String] {
    layers.isEmpty ? [] : ["keep(" + layers.joined(separator: ", ") + ")"]
  }

  /// What differs from the default, as options would be written; kept layers have words of their own.
  private func gridWords(_ policy: QuantizationPolicy) -> [String] {
    var plain = policy
    plain.rules = []
    return plain.gridOptions ?? []
  }
}
