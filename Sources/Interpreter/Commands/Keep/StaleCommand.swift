extension Command {
  static let stale = Command(
    "stale", "list models that were made from something that is another now", examples: ["stale"],
    reasons:
      "A model is stale where its start, a teacher or its network was made again since, or where it was made from one "
      + "that is stale: its cells would give another now.",
    footprint: { _, known in Footprint(uses: Set(known.all.map(SessionName.model))) }
  ) { _, _ in
    Plan { workspace, console in
      let networks = workspace.definitions.keys.compactMap { name in
        workspace.definition(name).map { (name, $0) }
      }
      let stale = StaleModel.all(
        among: workspace.models, definitions: Dictionary(uniqueKeysWithValues: networks))
      console.put(StaleModel.output(stale))
      return .done
    }
  }
}
