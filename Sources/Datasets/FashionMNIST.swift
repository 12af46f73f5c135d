extension DatasetSource {
  /// Fashion-MNIST (Xiao, Rasul, Vollgraf, 2017): 60,000 + 10,000 grey images of clothes, 28×28.
  package static let fashionMNIST = DatasetSource(
    name: "fashion-mnist", summary: "clothes, 28×28 grey, 10 classes, 60,000 + 10,000 images",
    classNames: [
      "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
      "Ankle boot",
    ],
    origin: .files(
      folder: "/usr/share/datasets/fashion-mnist", debianPackage: "dataset-fashion-mnist"))
}
