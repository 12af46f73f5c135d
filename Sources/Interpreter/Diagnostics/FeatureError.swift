import Distillation
import GraphIR
import Language
import Text
import Training

/// Why a loss of layers can't compare those that were meant.
enum FeatureError: Error {
  /// `stages` are the layers that would be matched by themselves, `known` are all.
  case unknownLayer(Word, owner: String, stages: [String], known: [String])
  /// `better` is a layer of the teacher that the student's could be compared with.
  case misfit(
    SourceRange, loss: DistillationLoss, LayerMisfit, student: FeatureLayer, teacher: FeatureLayer,
    better: FeatureLayer?)
  case nothingMatches(SourceRange, loss: DistillationLoss, student: [FeatureLayer], teacher: [FeatureLayer])
}

extension FeatureError: DiagnosedError {
  var diagnostic: Diagnostic {
    switch self {
    case .unknownLayer(let word, let owner, let stages, let known):
      let near = nearName(word.text, known)
      return complaint(
        "unknown-layer", "\(owner) has no layer \(quoted(word.text))", at: word.range,
        remedy: near == nil ? "layers of \(owner): \(sentence(stages)); show NAME lists all" : nil,
        suggestion: near)
    case .misfit(let range, let loss, let misfit, let student, let teacher, let better):
      return complaint(
        "layers-differ", loss.complaint(misfit, student, teacher), at: range,
        remedy: better.map {
          "\(student.name) can be compared with the teacher's \($0.name): \(pair(student, $0))"
        }
          ?? loss.remedy(misfit))
    case .nothingMatches(let range, let loss, let student, let teacher):
      return complaint(
        "nothing-matches", "\(loss.name) finds no layers of student and teacher that it could compare",
        at: range,
        remedy: "the student has \(words(student)); the teacher has \(words(teacher))")
    }
  }

  private func pair(_ student: FeatureLayer, _ teacher: FeatureLayer) -> String {
    student.name == teacher.name ? "layers: [\(student.name)]" : "layers: [\(student.name): \(teacher.name)]"
  }

  private func words(_ layers: [FeatureLayer]) -> String {
    layers.isEmpty ? "no layer with planes" : sentence(layers.map { "\($0.name) (\($0.shape))" })
  }
}

extension DistillationLoss {
  fileprivate func complaint(_ misfit: LayerMisfit, _ own: FeatureLayer, _ other: FeatureLayer) -> String {
    let sizes = "the student's \(own.name) is \(own.shape), the teacher's \(other.name) \(other.shape)"
    return switch misfit {
    case .planes: "\(name) needs planes of the same size: \(sizes)"
    case .channels: "\(name) needs as many channels in both: \(sizes)"
    case .noPlane: "\(name) compares places, and there is only one: \(sizes)"
    }
  }

  fileprivate func remedy(_ misfit: LayerMisfit) -> String {
    switch misfit {
    case .planes: "leave layers out to have them matched, or choose a loss of logits, such as DecoupledKD"
    case .channels: "FitNet puts a trained regressor between them, and Attention takes any channels"
    case .noPlane: "choose layers before the pooling, or Similarity, which compares whole images"
    }
  }
}
