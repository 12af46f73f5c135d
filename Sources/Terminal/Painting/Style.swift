import CEditLine
import Glibc

/// What may be drawn on a stream: colours, and characters beyond ASCII.
package struct Style: Sendable, Equatable {
  package var colour: Bool
  package var unicode: Bool
  /// How images are shown where there are colours.
  package var graphics = PixelGraphics.blocks

  package init(colour: Bool, unicode: Bool) {
    self.colour = colour
    self.unicode = unicode
  }

  /// Text for files: no escape sequences, every character.
  package static let file = Style(colour: false, unicode: true)

  /// The style of an output stream: colour on a terminal that knows it and where `NO_COLOR` is empty,
  /// Unicode where the locale is UTF-8.
  package init(descriptor: Int32, environment: (String) -> String?) {
    let refuses = !(environment("NO_COLOR") ?? "").isEmpty
    let isDumb = (environment("TERM") ?? "dumb") == "dumb"
    self.init(colour: isatty(descriptor) == 1 && !refuses && !isDumb, unicode: localeIsUTF8)
  }

  /// What a piece of text is, from which its looks follow.
  package enum Role: Sendable, Equatable {
    case prompt, heading, emphasis, code, faint, bar
    /// One of several curves, from 0.
    case series(Int)
  }

  /// The text in its role's colours; unchanged where there are none.
  package func paint(_ text: String, _ role: Role) -> String {
    colour && !text.isEmpty ? "\u{1B}[\(code(of: role))m\(text)\u{1B}[0m" : text
  }

  private func code(of role: Role) -> String {
    switch role {
    case .prompt: "1;36"
    case .heading: "1"
    case .emphasis: "1"
    case .code: "36"
    case .faint: "2"
    case .bar: "36"
    case .series(let index): ["36", "33", "35", "32", "34", "31"][index % 6]
    }
  }
}

/// The value of an environment variable.
package func environmentVariable(_ name: String) -> String? {
  getenv(name).map { String(cString: $0) }
}

/// Whether the user's locale is UTF-8.
///
/// Its first use also prepares LC_CTYPE, on which libedit depends.
package let localeIsUTF8: Bool = cel_locale_prepare() == 1
