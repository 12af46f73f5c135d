import Datasets
import GraphIR

/// Throws where a model does not fit a data set, or has parameters that are no numbers.
func check(_ model: Model, fits images: ImageSet, classes: Int) throws(TrainingError) {
  guard images.count > 0 else { throw .emptyData }
  let shape = Shape(channels: images.channels, height: images.height, width: images.width)
  guard model.graph.inputShape.takes(shape) else {
    throw .inputDiffers(model: model.graph.inputShape, data: shape)
  }
  guard model.graph.classes == classes else {
    throw .classesDiffer(model: model.graph.classes, data: classes)
  }
  if let name = model.parameters.firstNotFinite { throw .nonFiniteParameter(name, step: nil) }
}
