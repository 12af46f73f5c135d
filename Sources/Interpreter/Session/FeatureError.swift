import Distillation
import GraphIR
import Language
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
