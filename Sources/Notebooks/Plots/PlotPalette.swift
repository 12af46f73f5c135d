/// Colours and dashes that tell series apart, also for people who see fewer colours and on any background.
///
/// Those of Okabe and Ito ("Color Universal Design", 2008) with at least 3:1 of contrast to white as to a
/// background of #111, which WCAG 2.1 asks of graphics (1.4.11): blue, vermilion, green and purple;
/// and two more in the same band of luminance. From the second on a series is dashed as well.
enum PlotPalette {
  static let colours = ["#0072b2", "#d55e00", "#009e73", "#c266a0", "#8a7a00", "#7a7a7a"]
  private static let dashes = ["", "7 3", "2 3", "10 3 2 3", "4 2", "1 2"]

  static func colour(_ index: Int) -> String { colours[index % colours.count] }

  /// The attribute of a dashed line; none for a plain one.
  static func dash(_ index: Int) -> [(String, String)] {
    let dash = dashes[index % dashes.count]
    return dash.isEmpty ? [] : [("stroke-dasharray", dash)]
  }

  /// Words are in a grey that is readable on light and dark.
  ///
  /// A host with a dark theme may say that it is light. Where a host drops the style, words take the colour of
  /// the page's text. All selectors name the picture's class, since a page may hold the picture among its own elements.
  static let css = """
    .qatlab-plot { color: #707070; max-width: 100%; height: auto }
    .qatlab-plot .title { font-weight: 600 }
    @media (prefers-color-scheme: dark) {
    .qatlab-plot { color: #a0a0a0 }
    .qatlab-plot .s0 { stroke: #3289c7 }
    .qatlab-plot .f0 { fill: #3289c7 }
    }
    """
}
