extension ActivationForm {
  /// x·min(max(x + 3, 0), 6)/6 (MobileNetV3: Howard and others, 2019): PyTorch's `Hardswish`.
  static let hardswish = ActivationForm(
    name: "hardswish", summary: "x·min(max(x + 3, 0), 6)/6, x times a share that rises from 0 at -3 to 1 at 3"
  ) { _ in
    .curve(
      ActivationCurve(
        name: "hardswish", lower: -3, upper: 3, slopeBelow: 0, linear: 0.5, square: 1 / 6))
  }
}
