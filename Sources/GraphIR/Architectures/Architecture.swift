/// A network that is known by name.
///
/// Adding one: a file beside this and a line in `all`.
package struct Architecture: Sendable {
  package let name: String
  package let summary: String
  /// How its fresh weights are drawn.
  package let initialization: Initialization
  package let build: @Sendable (_ input: Shape, _ classes: Int) throws(ShapeError) -> Graph

  init(
    name: String, summary: String, initialization: Initialization = .byLayer,
    build: @escaping @Sendable (_ input: Shape, _ classes: Int) throws(ShapeError) -> Graph
  ) {
    self.name = name
    self.summary = summary
    self.initialization = initialization
    self.build = build
  }

  package static let all: [Architecture] = [
    .resnet18, .resnet34, .resnet50, .resnet20, .mobilenetv2, .vgg11, .vgg11BatchNorm, .lenet5, .mlp, .qatcnn,
  ]

  /// Whether it has torchvision's names, whose trained weights, as timm's, are for ImageNet.
  package var isOfTorchvision: Bool {
    ["resnet18", "resnet34", "resnet50", "mobilenetv2", "vgg11", "vgg11_bn"].contains(name)
  }

  package static func named(_ name: String) -> Architecture? { all.first { $0.name == name } }
}
