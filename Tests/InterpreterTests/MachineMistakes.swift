import Interpreter

/// Cells that are right, with one or two slips in each as hands and habits make them.
struct MachineMistakes {
  private var random: SplitMix
  private static let letters = Array("abcdefghijklmnopqrstuvwxyz-_.,:;=()[]>%\"'#/ 0123456789")
  private static let words = [
    "the", "of", "to", "int8", "int4", "gpu", "learning_rate", "batch_size", "DKD", "KL", "eval", "rm",
    "quantize", "fit",
    "plot", "teacher", "student", "model", "please", "=", "3", "epochs", "bits", "with", "from", "\"x\"",
    "and", "fp16",
  ]

  init(seed: UInt64) { random = SplitMix(state: seed) }

  /// A cell with slips.
  mutating func slip(in cell: String) -> String {
    var cell = cell
    for _ in 0..<Int.random(in: 1...2, using: &random) { cell = once(cell) }
    return cell
  }

  private mutating func once(_ cell: String) -> String {
    var characters = Array(cell)
    var words = cell.split(separator: " ").map(String.init)
    guard characters.count > 1, !words.isEmpty else { return cell }
    let place = Int.random(in: 0..<characters.count, using: &random)
    let word = Int.random(in: 0..<words.count, using: &random)
    switch Int.random(in: 0..<11, using: &random) {
    case 0: characters.remove(at: place)
    case 1: characters.insert(characters[place], at: place)
    case 2: if place + 1 < characters.count { characters.swapAt(place, place + 1) }
    case 3: characters[place] = Self.letters.randomElement(using: &random) ?? "x"
    case 4: characters.insert(Self.letters.randomElement(using: &random) ?? "x", at: place)
    case 5: characters = Array(characters[place].uppercased()) + characters[1...]
    case 6:
      words.remove(at: word)
      return words.joined(separator: " ")
    case 7:
      words.insert(Self.words.randomElement(using: &random) ?? "x", at: word)
      return words.joined(separator: " ")
    case 8:
      words[word] = Self.words.randomElement(using: &random) ?? "x"
      return words.joined(separator: " ")
    case 9:
      words.swapAt(word, Int.random(in: 0..<words.count, using: &random))
      return words.joined(separator: " ")
    default:
      guard words.count > 1 else { return cell + "()" }
      return words[0] + "(" + words.dropFirst().joined(separator: ", ") + ")"
    }
    return String(characters)
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014), so that every run makes the same mistakes.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
