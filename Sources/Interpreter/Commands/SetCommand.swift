import Language

extension Keyword {
  fileprivate static let sessionSeed = Keyword(
    "seed", .count(seedRange), otherwise: "0", example: "7",
    "seed of runs that name none: first weights, order, drawn images")
}

extension Command {
  static let set = Command(
    "set", "change a setting of the session; alone, list them", keywords: [.sessionSeed],
    examples: ["set seed 7"], effect: .changesWithOptions
  ) { arguments, scope in
    guard let seed = arguments.count(.sessionSeed) else {
      let rows = [["seed", "\(scope.seed)"], ["data", scope.settings[.data] ?? "not chosen"]]
      return Step { _, console in
        console.put(.table(Table(columns: [Table.Column("setting"), Table.Column("value")], rows: rows)))
        return .done
      }
    }
    scope.settings[.seed] = "\(seed)"
    return Step { draft, console in
      draft.set(.seed, to: "\(seed)")
      console.text("seed \(seed), for runs that name none")
      return .done
    }
  }
}
