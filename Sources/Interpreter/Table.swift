import GraphIR
import Text

/// Rows of cells under headings; columns are aligned by `Alignment`.
package struct Table: Sendable, Codable, Equatable {
  package enum Alignment: String, Sendable, Codable { case left, right }
  package struct Column: Sendable, Codable, Equatable {
    package var title: String
    package var alignment: Alignment

    package init(_ title: String, _ alignment: Alignment = .left) {
      self.title = title
      self.alignment = alignment
    }
  }

  package var title: String?
  package var columns: [Column]
  package var rows: [[Cell]]
  /// The text that the table is put out as, for other programs; nil where it is drawn.
  package var form: TableForm?

  package init(title: String? = nil, columns: [Column], rows: [[Cell]]) {
    self.title = title
    self.columns = columns
    self.rows = rows
  }

  /// A table of words.
  package init(title: String? = nil, columns: [Column], texts: [[String]]) {
    self.init(title: title, columns: columns, rows: texts.map { $0.map(Cell.text) })
  }

  /// The rows as they are shown.
  package var texts: [[String]] { rows.map { $0.map(\.text) } }
}

extension Table {
  /// What one place of a table holds: words, or a number with its unit.
  package struct Cell: Sendable, Codable, Equatable, ExpressibleByStringInterpolation {
    /// What a number counts; of a share 1 is the whole, of points a hundredth of it.
    package enum Unit: String, Sendable, Codable {
      case none, share, points, bytes, decibels, codes, seconds, milliseconds, times
      case imagesPerSecond = "images_per_second"
    }

    /// As it is shown.
    package var text: String
    /// What `text` says, in the unit; nil of words.
    ///
    /// It is the number that is shown and not the one it was rounded from, which a metric has: so two runs that show
    /// the same have the same.
    package var number: Double?
    package var unit = Unit.none
    /// What one in the last digit of `text` stands for, in the unit; nil of words.
    package var step: Double?
    /// False for durations, speeds and what is told of the machine, which differ from run to run and are never
    /// compared, and for a place of theirs that is empty.
    package var repeats = true
    /// How it stands out among others; nil where it doesn't.
    package var emphasis: Emphasis?

    package enum Emphasis: String, Sendable, Codable {
      /// What chance alone may have made.
      case faint
    }

    package init(stringLiteral text: String) { self.text = text }

    init(_ numeral: Numeral, _ unit: Unit = .none) {
      text = numeral.text
      guard let value = numeral.value else { return }
      (number, self.unit, step) = (value, unit, numeral.step)
    }
  }
}

// What cells are made of.
extension Table.Cell {
  package static let blank: Self = ""

  package static func text(_ text: String) -> Self { Self(stringLiteral: text) }

  /// An id, a code, a width: "1234".
  package static func plain(_ number: some BinaryInteger) -> Self { spelled("\(number)") }

  /// A number where the text is one by itself, else words: a setting.
  package static func spelled(_ text: String) -> Self { Self(Numeral(spelling: text)) }

  /// As in "10,000".
  static func count(_ number: Int) -> Self { Self(Numeral(grouped: number)) }

  /// With the unit in the heading: "0.13".
  static func fixed(_ number: Double, _ decimals: Int, _ unit: Unit = .none) -> Self {
    Self(Numeral(number, decimals: decimals), unit)
  }

  /// "+0.78", "-0.78", "0.00".
  static func signed(_ number: Double, _ decimals: Int, _ unit: Unit = .none) -> Self {
    Self(Numeral(signed: number, decimals: decimals), unit)
  }

  /// Of a fraction: "90.12 %".
  static func percentage(_ fraction: Double, _ decimals: Int = 2) -> Self {
    Self(Numeral(percentage: fraction, decimals: decimals), .share)
  }

  /// As in "44.8 MB".
  static func bytes(_ count: Int) -> Self { bytes(Double(count)) }

  static func bytes(_ count: Double) -> Self { Self(Numeral(bytes: count), .bytes) }

  /// As in "41.9 dB".
  static func decibels(_ ratio: Double) -> Self {
    Self(Numeral(ratio, decimals: 1).followed(by: " dB"), .decibels)
  }

  /// As in "1 code", "3 codes".
  static func codes(_ count: Int) -> Self {
    Self(Numeral(grouped: count).followed(by: count == 1 ? " code" : " codes"), .codes)
  }

  /// A weight, an activation or a scale: "-0.412", "1.7e-05".
  static func short(_ number: Float) -> Self { Self(Numeral(short: number)) }

  static func number(_ number: Float) -> Self { Self(Numeral(number)) }
}

// Durations, speeds and what follows from them.
extension Table.Cell {
  /// The same, drawn faint where that is so.
  func faint(where isFaint: Bool) -> Self {
    var cell = self
    cell.emphasis = isFaint ? .faint : nil
    return cell
  }

  /// The same, never compared.
  var measured: Self {
    var cell = self
    cell.repeats = false
    return cell
  }

  /// As in "0.124 ms", with three digits that count.
  static func latency(_ milliseconds: Double) -> Self {
    self.milliseconds(Numeral(spelling: significant(milliseconds)))
  }

  /// How far a measured figure may be off, as a share of it: "3 %".
  static func spread(_ share: Double) -> Self { percentage(share, 0).measured }

  /// As in "3.9 s".
  static func seconds(_ duration: Double) -> Self {
    Self(Numeral(duration, decimals: 1).followed(by: " s"), .seconds).measured
  }

  static func milliseconds(_ numeral: Numeral) -> Self {
    Self(numeral.followed(by: " ms"), .milliseconds).measured
  }

  /// With the unit in the heading: "12,328".
  static func imagesPerSecond(_ speed: Double) -> Self {
    Self(Numeral(grouped: Int(clamping: speed.rounded())), .imagesPerSecond).measured
  }

  /// As in "1.34×".
  static func times(_ ratio: Double) -> Self {
    Self(Numeral(ratio, decimals: 2).followed(by: "×"), .times).measured
  }
}
