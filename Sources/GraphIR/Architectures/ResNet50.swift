extension Architecture {
  static let resnet50 = residual(
    "resnet50", "ResNet-50: 23.5 M parameters, stages of 3, 4, 6 and 3 bottleneck blocks",
    blocks: [3, 4, 6, 3], .bottleneck)
}
