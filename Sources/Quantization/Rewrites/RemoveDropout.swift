import GraphIR

extension Graph {
  /// The graph that inference runs: dropout passes everything on, so what read it reads its input.
  func withoutDropout() throws(RewriteError) -> Graph {
    try rewritten { node in if case .dropout = node.operation { nil } else { node.operation } }
  }
}
