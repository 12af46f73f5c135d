import Datasets
import GraphIR
import Text

extension Console {
  /// Puts out what there is to know of loaded data as numbers: how many images and classes, the images' shape, what they
  /// are standardised with, and a checksum of images and labels.
  func figures(of data: ChosenData, _ library: DataLibrary) {
    let dataset = data.dataset
    func figure(_ key: String, _ value: Double) {
      put(.metric(Metric("data." + key, value, since: 3)))
    }
    figure("training_images", Double(dataset.training.count))
    figure("test_images", Double(dataset.test.count))
    figure("classes", Double(data.classes))
    figure("left_out", Double(dataset.leftOut.count))
    figure("channels", Double(data.shape.channels))
    figure("height", Double(data.shape.height))
    figure("width", Double(data.shape.width))
    for (channel, (mean, deviation)) in zip(dataset.mean, dataset.deviation).enumerated() {
      let place = dataset.mean.count == 1 ? "" : ".\(channel + 1)"
      figure("mean" + place, Double(mean))
      figure("deviation" + place, Double(deviation))
    }
    if let checksum = library.checksum(of: data).numberOfFirstDigits { figure("checksum", checksum) }
  }
}

extension String {
  /// The first twelve hexadecimal digits as a number, which a Double holds exactly; nil where there are none.
  fileprivate var numberOfFirstDigits: Double? { UInt64(prefix(12), radix: 16).map(Double.init) }
}
