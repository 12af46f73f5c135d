import CKernels
import OneDNN

/// What finds the gradients of a layer with weights, chosen when its forward pass is planned.
enum GradientAlgorithm {
  /// oneDNN's primitives, of which `weights` finds the weights' gradient.
  case primitives(weights: Primitive)
  /// The program's own kernel for the weights' gradient of a convolution on single channels, oneDNN's for the images'.
  case depthwise(ck_depthwise)
  /// One product for the weights' gradient, oneDNN's convolution for the images'.
  case columns(PlannedColumns)
  case winograd(PlannedWinograd)
  case matrixUnits(PlannedMatrixGradients)
}
