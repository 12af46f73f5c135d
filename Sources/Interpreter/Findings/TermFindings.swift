import Distillation
import Glibc
import Language
import Text
import Training

extension FindingKind {
  /// A term of distillation whose gradient is more than `BlendReport.overwhelming` times the task's.
  static let overwhelmingTerm = FindingKind(
    "overwhelming-term", "a term of distillation that leaves the labels no say")

  /// A term whose gradient is less than `BlendReport.negligible` of the task's.
  static let negligibleTerm = FindingKind(
    "negligible-term", "a term of distillation that hardly guides")
}

/// What a run's blend shows of each term, with the statement that its terms were written in.
struct TermFindings {
  var recipe: TrainingRecipe
  var report: BlendReport
  var statement: WrittenStatement?

  /// Kind, sighting and the term's place in the recipe.
  var all: [(kind: FindingKind, sighting: Sighting, index: Int)] {
    report.terms.enumerated().compactMap { index, term in
      guard recipe.distillation.indices.contains(index), let ratio = report.ratio(of: term) else {
        return nil
      }
      if ratio > BlendReport.overwhelming {
        return (.overwhelmingTerm, overwhelming(term, at: index, ratio), index)
      }
      guard ratio < BlendReport.negligible, recipe.distillation[index].weight > 0 else { return nil }
      return (.negligibleTerm, negligible(term, at: index, ratio), index)
    }
  }

  private func overwhelming(_ term: BlendReport.Term, at index: Int, _ ratio: Double) -> Sighting {
    let isLogit = recipe.distillation[index].loss.feature == nil
    return Sighting(
      "\(term.name) drowns the task: its gradient has the norm \(significant(term.part.gradientNorm)), the task's "
        + "\(significant(report.task.gradientNorm)): \(significant(ratio)) times as large",
      figure: .init("gradient_ratio", ratio),
      cause: "lower its weight" + (isLogit ? ", or write scale: balanced" : " or its scale"),
      cells: [
        cell(index) { term in
          if isLogit { term.scale = .balanced } else { term.multiply(by: 1 / ratio.powerOfTen) }
        }
      ])
  }

  private func negligible(_ term: BlendReport.Term, at index: Int, _ ratio: Double) -> Sighting {
    let losses =
      "in the blended loss it is \(significant(term.part.loss)) beside the task's "
      + significant(report.task.loss)
    var remedy = "raise its weight"
    if let feature = recipe.distillation[index].loss.feature, ratio > 0 {
      // A tenth of the task's gradient is a guide that doesn't take over.
      let power = (feature.scale * 0.1 / ratio).powerOfTen
      remedy =
        "raise its weight, or multiply the loss, as in \(recipe.distillation[index].loss.name)(scale: \(plain(power)))"
    }
    return Sighting(
      "\(term.name) hardly guides: its gradient is \(percentage(ratio, 2)) of the task's",
      figure: .init("gradient_ratio", ratio), cause: losses + "; " + remedy,
      cells: [
        cell(index) { term in
          if term.loss.feature != nil, ratio > 0 {
            term.multiply(by: (0.1 / ratio).powerOfTen)
          } else {
            term.weight = max(term.weight, 0.9 / Double(max(recipe.distillation.count, 1)))
          }
        }
      ])
  }

  /// The statement with one of its terms changed.
  private func cell(_ index: Int, _ change: (inout DistillationTerm) -> Void) -> String? {
    var terms = recipe.distillation
    let before = terms[index]
    change(&terms[index])
    guard terms[index] != before else { return nil }
    return statement?.with(Keyword.distillation.name, terms.map(\.words).joined(separator: ", "))
  }
}

extension DistillationTerm {
  /// Multiplies a loss of layers.
  fileprivate mutating func multiply(by factor: Double) {
    var numbers = Dictionary(loss.numbers.map { ($0.label, $0.value) }) { $1 }
    guard loss.feature != nil, let scale = numbers["scale"] else { return }
    numbers["scale"] = scale * factor
    loss = DistillationLoss(loss.entry, numbers)
  }
}

extension Double {
  /// The nearest power of ten.
  fileprivate var powerOfTen: Double { pow(10, log10(self).rounded()) }
}
