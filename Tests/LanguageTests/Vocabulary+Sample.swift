import Language

extension Vocabulary {
  /// The commands that the tests are written in.
  static let sample = Vocabulary(verbs: [
    "data": ["limit": .value, "size": .value, "path": .value],
    "model": [:],
    "train": [
      "epochs": .value, "lr": .value, "batch": .value, "seed": .value, "schedule": .value, "augment": .flag,
    ],
    "qat": [
      "with": .calls, "from": .value, "epochs": .value, "bits": .value, "layers": .value, "seed": .value,
    ],
    "convert": [:],
    "compare": [:],
    "export": ["to": .value],
    "advise": ["within": .value],
  ])
}
