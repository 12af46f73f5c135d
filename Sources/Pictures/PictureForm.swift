/// What a picture is to become.
package struct PictureForm: Hashable, Sendable {
  /// How a picture that is no square becomes one.
  package enum Fit: String, Hashable, Sendable, Codable {
    /// The shorter side is scaled, the middle of the longer one is kept.
    case crop
    /// Both sides are scaled.
    case stretch
  }

  /// Height and width in pixels; nil leaves the picture as it is.
  package var side: Int?
  package var fit: Fit
  /// One channel of grey instead of red, green and blue.
  package var isGrey: Bool

  package init(side: Int? = nil, fit: Fit = .crop, isGrey: Bool = false) {
    self.side = side
    self.fit = fit
    self.isGrey = isGrey
  }

  package var channels: Int { isGrey ? 1 : 3 }
}

/// Which part of an axis is wanted, at which length.
struct AxisWindow: Hashable {
  /// Pixels that the whole axis is scaled to.
  var scaled: Int
  /// The pixels of these that are kept.
  var kept: Range<Int>
}

extension PictureForm {
  /// How much a decoder may reduce a picture so that no side falls below what is wanted: 1, 2, 4 or 8.
  func reduction(width: Int, height: Int) -> Int {
    guard let side else { return 1 }
    return [8, 4, 2].first { min(width, height) / $0 >= side } ?? 1
  }

  /// The windows of rows and columns, as they are seen, of a picture of this size.
  ///
  /// As torchvision's Resize and CenterCrop: the longer side is cut to whole pixels, half a pixel of the margin goes to
  /// the even one.
  func windows(width: Int, height: Int) -> (columns: AxisWindow, rows: AxisWindow) {
    guard let side else {
      return (
        AxisWindow(scaled: width, kept: 0..<width), AxisWindow(scaled: height, kept: 0..<height)
      )
    }
    func window(_ length: Int, shorter: Int) -> AxisWindow {
      guard fit == .crop, length > shorter else { return AxisWindow(scaled: side, kept: 0..<side) }
      let scaled = side * length / shorter
      let margin = scaled - side
      let start = margin / 2 + (margin % 4 == 3 ? 1 : 0)
      return AxisWindow(scaled: scaled, kept: start..<start + side)
    }
    let shorter = min(width, height)
    return (window(width, shorter: shorter), window(height, shorter: shorter))
  }
}

extension AxisWindow {
  /// The window of an axis that runs the other way.
  var mirrored: AxisWindow {
    AxisWindow(scaled: scaled, kept: scaled - kept.upperBound..<scaled - kept.lowerBound)
  }
}
