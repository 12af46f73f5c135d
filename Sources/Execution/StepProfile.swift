/// Time by step kind and by step, over the passes since it was started.
package struct StepProfile: Sendable {
  package private(set) var byKind: [StepKind: Duration] = [:]
  package private(set) var byStep: [String: Duration] = [:]

  init() {}

  mutating func add(_ kind: StepKind, _ label: String, _ time: Duration) {
    byKind[kind, default: .zero] += time
    byStep[label, default: .zero] += time
  }
}
