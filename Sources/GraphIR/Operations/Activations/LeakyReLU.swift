extension ActivationForm {
  /// x above 0, slope·x below: PyTorch's `LeakyReLU`, whose slope is 0.01 by default.
  static let leakyReLU = ActivationForm(
    name: "leakyrelu", summary: "x above 0, slope times x below: slope 0.01",
    parameters: [Parameter(label: "slope", otherwise: 0.01)]
  ) { arguments in
    .curve(
      ActivationCurve(
        name: "leakyrelu", arguments: arguments, lower: 0, upper: 0, slopeBelow: arguments[0]))
  }
}
