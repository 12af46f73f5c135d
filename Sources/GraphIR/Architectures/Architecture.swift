/// A network that is known by name.
///
/// Adding one: a file beside this and a line in `all`.
package struct Architecture: Sendable {
  package let name: String
  package let summary: String
  package let build: @Sendable (_ input: Shape, _ classes: Int) throws(ShapeError) -> Graph

  package static let all: [Architecture] = [.resnet18, .qatcnn]

  package static func named(_ name: String) -> Architecture? { all.first { $0.name == name } }
}
