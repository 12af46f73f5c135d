import Language
import Text

/// How often a run writes down where it stands: every so many minutes within an epoch and at the end of each, or only
/// where it is stopped.
struct CheckpointPace: Hashable {
  /// Nil writes none but where the run is stopped.
  var minutes: Double?

  static let standard = CheckpointPace(minutes: 5)
  private static let off = "off"

  init(minutes: Double?) { self.minutes = minutes }

  /// As the session keeps it; nil where that is not understood.
  init?(text: String) {
    if text == Self.off {
      minutes = nil
    } else if let number = Double(text), Self.range.contains(number) {
      minutes = number
    } else {
      return nil
    }
  }

  static let range = RealRange(lower: 0, upper: 1440, includesLower: false)

  var isOn: Bool { minutes != nil }
  var interval: Duration? { minutes.map { .seconds($0 * 60) } }
  var text: String { minutes.map { plain($0) } ?? Self.off }
  var shown: String { minutes.map { plain($0) + " min" } ?? Self.off }

  var words: String {
    minutes.map {
      "checkpoint \(plain($0)) min: a run writes down where it stands after each epoch, within one every "
        + "\(plain($0)) min, and where it is stopped"
    } ?? "checkpoint off: a run writes down where it stands only where it is stopped"
  }
}

extension Keyword {
  static let checkpoint = Keyword(
    "checkpoint",
    .either([.real(CheckpointPace.range), .choice([Choice("off", "only where a run is stopped")])]),
    otherwise: "5 min", example: "5",
    "minutes after which a run writes down where it stands, from where resume goes on")
  static let minutes = Keyword("min", .flag, behind: "checkpoint", "minutes, the unit of checkpoint")
}

extension Workspace {
  var checkpointPace: CheckpointPace {
    settings[.checkpoint].flatMap(CheckpointPace.init(text:)) ?? .standard
  }
}

/// What `checkpoint` changes; throws where a unit is of nothing.
func checkpointChange(
  _ arguments: Arguments
) throws(StatementError) -> (setting: Setting, value: String, words: String)? {
  let minutes = arguments.real(.checkpoint)
  if let range = arguments.clauseRange(.minutes), minutes == nil {
    throw .pointless(range, option: Keyword.minutes.name, without: "checkpoint N")
  }
  guard arguments.has(.checkpoint) else { return nil }
  let pace = CheckpointPace(minutes: minutes)
  return (.checkpoint, pace.text, pace.words)
}
