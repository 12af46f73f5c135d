extension DatasetSource {
  /// MNIST (LeCun, Cortes, Burges, 1998): 60,000 + 10,000 grey images of handwritten digits, 28×28.
  package static let mnist = DatasetSource(
    name: "mnist", summary: "handwritten digits, 28×28 grey, 10 classes, from a folder of IDX files",
    classNames: (0..<10).map { "\($0)" }, origin: .files(folder: nil, debianPackage: nil))

  /// Any folder of IDX files, grey or colour: EMNIST and its like.
  package static let idx = DatasetSource(
    name: "idx", summary: "a folder of IDX files, grey or colour, with any number of classes",
    classNames: [], origin: .files(folder: nil, debianPackage: nil))
}
