import Language

extension Vocabulary {
  /// The commands that the tests are written in.
  static let sample = Vocabulary(
    verbs: [
      "data": ["limit": .value, "size": .value, "path": .value, "classes": .values],
      "model": [:],
      "train": [
        "epochs": .value, "lr": .value, "batch": .value, "seed": .value, "schedule": .value, "augment": .flag,
      ],
      "qat": [
        "with": .calls, "from": .value, "epochs": .value, "bits": .valueOrArguments, "layers": .value,
        "seed": .value, "keep": .arguments,
      ],
      "convert": [:],
      "compare": ["seeds": .value],
      "export": ["to": .value],
      "advise": ["within": .value],
    ], takingOperands: ["data", "train", "qat", "compare", "export", "advise"])
}
