import Foundation

extension PixelBand {
  /// The escape sequences that draw it in kitty's protocol over columns × rows of characters, cursor unmoved.
  ///
  /// Pixels of 32 bits (f=32) in Base64, in pieces of 4096 characters; `q=2` keeps the terminal from answering.
  /// Source: kitty's "Terminal graphics protocol".
  func kitty(columns: Int, rows: Int) -> String {
    let text = Data(pixels).base64EncodedString()
    var rest = Substring(text)
    var sequence = ""
    var keys = "a=T,f=32,s=\(width),v=\(height),c=\(columns),r=\(rows),C=1,q=2,"
    repeat {
      let piece = rest.prefix(4096)
      rest = rest.dropFirst(piece.count)
      sequence += "\u{1B}_G\(keys)m=\(rest.isEmpty ? 0 : 1);\(piece)\u{1B}\\"
      keys = ""
    } while !rest.isEmpty
    return sequence
  }
}
