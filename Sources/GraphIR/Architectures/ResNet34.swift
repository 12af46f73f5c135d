extension Architecture {
  static let resnet34 = residual(
    "resnet34", "ResNet-34: 21.3 M parameters, stages of 3, 4, 6 and 3 residual blocks",
    blocks: [3, 4, 6, 3], .basic)
}
