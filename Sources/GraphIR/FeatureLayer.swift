/// A place of a network whose activations can be compared with another network's: the output of a layer group.
package struct FeatureLayer: Hashable, Sendable {
  /// The shortest name that means it: "layer1" for the output of the last block of that stage.
  package var name: String
  /// First node of the group; it keeps its name through every rewrite.
  package var head: String
  /// Last node of the group.
  package var output: String
  package var shape: Shape
}

extension Graph {
  /// The layer of a name: the group of that node, or of the last node of a stage, which `layer1` is for `layer1.1.relu2`.
  package func featureLayer(_ name: String) -> FeatureLayer? {
    let groups = layerGroups.filter { $0.head != 0 }
    return groupIndex(name, groups).map { layer(groups[$0], groups) }
  }

  /// Every layer, in execution order.
  package var featureLayers: [FeatureLayer] {
    let groups = layerGroups.filter { $0.head != 0 }
    return groups.map { layer($0, groups) }
  }

  /// The last layer of each size of the planes above a single pixel, in order.
  package var stages: [FeatureLayer] {
    let layers = featureLayers.filter { $0.shape.spatial > 1 }
    return layers.indices.filter { index in
      !layers[(index + 1)...].contains { $0.shape.hasPlanes(of: layers[index].shape) }
    }.map { layers[$0] }
  }

  private func layer(_ group: LayerGroup, _ groups: [LayerGroup]) -> FeatureLayer {
    let output = nodes[group.output].name
    let parts = output.split(separator: ".")
    let names = (1...max(parts.count, 1)).map { parts.prefix($0).joined(separator: ".") }
    let shortest = names.first { name in
      groupIndex(name, groups).map { groups[$0].output == group.output } ?? false
    }
    return FeatureLayer(
      name: shortest ?? output, head: nodes[group.head].name, output: output,
      shape: nodes[group.output].shape)
  }

  private func groupIndex(_ name: String, _ groups: [LayerGroup]) -> Int? {
    let id = nodes.firstIndex { $0.name == name } ?? nodes.lastIndex { $0.name.hasPrefix(name + ".") }
    return groups.firstIndex { group in
      [group.head, group.norm, group.add, group.activation, group.fakeQuantize].contains {
        $0 == id && id != nil
      }
    }
  }
}

extension Shape {
  /// True where both have planes of the same height and width.
  package func hasPlanes(of other: Shape) -> Bool { height == other.height && width == other.width }
}
