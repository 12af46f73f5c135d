package import Distillation
import Glibc

/// One teacher–student loss and its share w of the blend (1 − Σw)·task + Σ w·distillation.
package struct DistillationTerm: Hashable, Sendable, Codable {
  package var teacher: String
  package var loss: DistillationLoss
  package var weight: Double
  /// How the weight grows to its full size; nil where it is there from the first step.
  package var ramp: WeightRamp?
  /// The layers that a feature loss compares, over which it is summed; empty for a loss of logits.
  package var layers: [LayerPair]
  /// Of a loss of logits; nil is the paper's.
  package var scale: LossScale?

  package init(
    teacher: String, loss: DistillationLoss, weight: Double = 0.5, ramp: WeightRamp? = nil,
    layers: [LayerPair] = [], scale: LossScale? = nil
  ) {
    self.scale = scale
    self.teacher = teacher
    self.loss = loss
    self.weight = weight
    self.ramp = ramp
    self.layers = layers
  }

  /// The weight at a place of the run, from 0 at its start to 1 at its last step.
  package func weight(at progress: Double, epochs: Int) -> Double {
    weight * (ramp?.factor(at: progress, epochs: epochs) ?? 1)
  }
}

/// A layer of the student and the teacher's layer that it learns from, each by a name that `Graph.featureLayer` knows.
package struct LayerPair: Hashable, Sendable, Codable {
  package var student: String
  package var teacher: String

  package init(student: String, teacher: String) {
    self.student = student
    self.teacher = teacher
  }
}

/// The course of a weight from nothing to its full size.
package struct WeightRamp: Hashable, Sendable, Codable {
  package enum Shape: String, Hashable, Sendable, Codable, CaseIterable {
    case linear, cosine
    /// With the passes over the images, whatever the length of the run.
    case passes
  }

  package var shape: Shape
  /// Share of the steps over which it grows, above 0 and at most 1.
  package var share: Double

  package init(shape: Shape = .linear, share: Double = 1) {
    self.shape = shape
    self.share = share
  }

  /// Passes after which a weight that grows with them is at 1 − 1/e of its full size.
  package static let passes = 4.0

  /// From 0 to 1, over a run's progress from 0 to 1; linear is min(progress / share, 1), passes is 1 − e^(−n/4) after
  /// n passes over the images.
  package func factor(at progress: Double, epochs: Int) -> Double {
    let done = min(max(progress / share, 0), 1)
    return switch shape {
    case .linear: done
    case .cosine: (1 - cos(.pi * done)) / 2
    case .passes: 1 - exp(-max(progress, 0) * Double(epochs) / Self.passes)
    }
  }
}

extension TrainingRecipe {
  /// What each distillation term is called in reports: its loss, with a number from the second of the same loss on.
  package var termLabels: [String] {
    distillation.indices.map { index in
      let name = distillation[index].loss.name
      let earlier = distillation[..<index].count { $0.loss.name == name }
      return earlier == 0 ? name : "\(name).\(earlier + 1)"
    }
  }
}
