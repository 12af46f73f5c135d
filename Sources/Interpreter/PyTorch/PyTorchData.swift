import Datasets
import GraphIR
import Text

/// A choice of data as a program's call.
struct PyTorchData {
  let choice: DataChoice
  let shape: Shape
  /// What the network standardises images with, where it has its own.
  let normalization: Normalization?

  /// The expression that loads it.
  var call: String {
    let request = choice.request
    let limits =
      (request.limit.map { ", limit=\($0)" } ?? "") + (request.testLimit.map { ", test_limit=\($0)" } ?? "")
    let own = normalization.map { ", mean=\($0.mean), deviation=\($0.deviation)" } ?? ""
    let augments = choice.augments ? ", augments=True" : ""
    if let name = torchvisionName {
      let size = request.size.map { ", size=\($0)" } ?? ""
      return "Data(*from_torchvision(\(python(name))\(limits))\(size)\(augments)\(own))"
    }
    return
      "Data(*from_folders(\(python("images/train")), \(python("images/test")), \(shape.height), \(shape.channels))"
      + "\(augments)\(own))"
  }

  private var torchvisionName: String? {
    switch choice.request.name {
    case "fashion-mnist": "FashionMNIST"
    case "mnist": "MNIST"
    case "cifar10": "CIFAR10"
    case "cifar100": "CIFAR100"
    default: nil
    }
  }

  /// What of it PyTorch has no twin for.
  var gaps: [String] {
    var gaps: [String] = []
    if torchvisionName == nil {
      gaps.append(
        "the data \(choice.request.title): write its images with `export data \"images\"` first, the program reads that folder"
      )
    }
    if torchvisionName != nil, choice.request.size != nil {
      gaps.append("the resizing of images: here it is torchvision's, bilinear with antialiasing")
    }
    if choice.jitter != nil {
      gaps.append("the change of colours of augmented images (jitter): here there is none")
    }
    if choice.request.validation != nil {
      gaps.append("validation images that are set apart: here all training images are trained on")
    }
    return gaps
  }
}
