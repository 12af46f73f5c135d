/// Shows how far a series of trials is, and how long it will take.
struct TrialPace {
  private let activity: String
  private let console: Console
  private let watch = Stopwatch()

  init(activity: String, _ console: Console) {
    self.activity = activity
    self.console = console
  }

  func calibrated(_ done: Int, of total: Int) {
    console.progress { Progress(activity: activity, done: done, total: total, stage: "calibration") }
  }

  /// `stage` names the trial that begins; the time left goes by those that are done.
  func tried(_ done: Int, of total: Int, stage: String) {
    console.progress {
      Progress(
        activity: activity, done: done, total: total, figures: [Progress.Figure("", stage)],
        secondsLeft: done > 0 ? watch.seconds / Double(done) * Double(total - done) : nil)
    }
  }

  /// A search of unknown length.
  func searching(_ stage: String) {
    console.progress { Progress(activity: activity, done: 0, total: 1, stage: stage) }
  }
}
