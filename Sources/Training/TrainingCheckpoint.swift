import Execution
package import GraphIR

/// Where a run stands between two steps, with all that its next steps follow from.
///
/// Random numbers need no state of their own: shuffles, augmentation and dropout are functions of the seed, the epoch
/// and the step. Logits that are kept of a teacher are computed again.
package struct TrainingCheckpoint: Sendable {
  package var standing: Standing
  /// The plan's tensors, and beside them what `Standing` counts: the best epoch's model under `best/`, and the classes
  /// that were chosen last for the test images under `predictions`.
  package var tensors: ParameterSet

  package init(standing: Standing, tensors: ParameterSet) {
    self.standing = standing
    self.tensors = tensors
  }

  /// All of it that is no tensor.
  package struct Standing: Codable, Sendable {
    package var recipe: TrainingRecipe
    /// Training images, by which the batches are cut.
    package var images: Int
    /// Steps and epochs of the whole run, and those done.
    package var steps: Int
    package var stepsDone: Int
    package var epochsDone: Int
    /// The epoch at hand, from 0, and steps done in it: all of them where its images are still to be classified.
    package var epoch: Int
    package var batch: Int
    /// The network with the grids in use, and the rung of the ladder that these are, from 0.
    package var graph: Graph
    package var rung: Int
    package var updates: Int
    package var startedRanges: [String]
    package var batchNormFrozen: Bool
    package var observersFrozen: Bool
    package var sums: RunningSums
    package var choice: EpochChoice.Memory
    package var lastEpoch: EpochReport?
    package var test: TestFigures?
    /// Times of the last steps, for their median alone.
    package var stepTimes: [Double]
    package var ranTeacher: [Bool]
  }

  var state: TrainingState {
    TrainingState(
      tensors: tensors, updates: standing.updates, startedRanges: standing.startedRanges,
      batchNormFrozen: standing.batchNormFrozen, observersFrozen: standing.observersFrozen)
  }
}

/// When a run writes down where it stands, and from where it goes on.
package struct Checkpointing {
  /// What a checkpoint is taken for.
  package enum Occasion: Sendable { case time, epochEnd, stopped }

  /// Between two within an epoch; nil takes them at other occasions alone.
  package var interval: Duration?
  /// Where the run goes on; nil begins it.
  package var start: TrainingCheckpoint?
  /// Whether one is wanted now: not while the one before is on its way.
  ///
  /// It isn't asked where the run is stopped.
  package var isWanted: (Occasion) -> Bool
  /// Gets a copy that shares nothing with the run.
  package var take: (TrainingCheckpoint, Occasion) throws -> Void

  package init(
    interval: Duration?, start: TrainingCheckpoint? = nil,
    isWanted: @escaping (Occasion) -> Bool = { _ in true },
    take: @escaping (TrainingCheckpoint, Occasion) throws -> Void
  ) {
    self.interval = interval
    self.start = start
    self.isWanted = isWanted
    self.take = take
  }
}

/// Why a run can't go on from a checkpoint: what of it belongs to another run, as a noun.
package struct CheckpointMisfit: Error, Equatable {
  package var what: String

  package init(_ what: String) { self.what = what }
}

extension TrainingCheckpoint.Standing {
  static let bestPrefix = "best/"
  static let predictions = "predictions"

  /// Throws unless a run of these sizes can stand there.
  func requireFit(
    _ recipe: TrainingRecipe, images: Int, steps: Int, batches: Int, rungs: Int
  ) throws(CheckpointMisfit) {
    guard self.recipe == recipe else { throw CheckpointMisfit("the recipe") }
    guard self.images == images, self.steps == steps else {
      throw CheckpointMisfit("the number of training images")
    }
    let isPossible =
      (0...recipe.epochs).contains(epoch) && (0...batches).contains(batch) && (0...steps).contains(stepsDone)
      && epoch * batches + batch == stepsDone && (0...epoch).contains(epochsDone)
      && (0..<max(rungs, 1)).contains(rung) && sums.terms.count == recipe.distillation.count
      && stepTimes.count == ranTeacher.count && updates >= 0
    guard isPossible else { throw CheckpointMisfit("the place in the run") }
  }
}
