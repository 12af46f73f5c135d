import Foundation
import Testing

/// The program where OpenMP gives other threads than it promises: it trains with what there is, and says so.
@Suite(.serialized, .enabled(if: Program.path != nil, "qatlab is built beside the tests"))
struct ThreadTests {
  private static let program = """
    data shapes limit 200 test 50 size 12
    t = train qatcnn epochs 1 batch 64
    qat s with kd(t) epochs 1 batch 64
    convert
    """

  /// Settings of the environment, and the warning that they lead to on a machine of two cores or more.
  @Test(arguments: [
    ("OMP_DYNAMIC", "true", "fixed number of threads"), ("OMP_THREAD_LIMIT", "1", "OMP_THREAD_LIMIT"),
    ("OMP_MAX_ACTIVE_LEVELS", "0", "OMP_MAX_ACTIVE_LEVELS"),
    ("OMP_NUM_THREADS", "1000000", "instead of 1,000,000"),
    ("OMP_NUM_THREADS", "3", nil), ("OMP_PROC_BIND", "true", nil),
  ])
  func itTrainsAndSaysWhatItTrainsWith(name: String, value: String, warning: String?) throws {
    try withFolder { folder in
      var environment = [name: value]
      if name != "OMP_NUM_THREADS" { environment["OMP_NUM_THREADS"] = "2" }
      let ending = try Program.run([], in: folder, input: Self.program, environment: environment)
      #expect(ending.code == 0, "\(ending.errors)")
      #expect(ending.output.contains("t accuracy"))
      if let warning {
        #expect(ending.errors.contains(warning), "\(ending.errors)")
      } else {
        #expect(!ending.errors.contains("thread"), "\(ending.errors)")
      }
    }
  }

  /// One core of the machine, as a container may give; also with more threads than that.
  @Test(arguments: [nil, "3"]) func oneCoreIsEnough(threads: String?) throws {
    try withFolder { folder in
      let ending = try Program.run(
        [], in: folder, input: Self.program, environment: threads.map { ["OMP_NUM_THREADS": $0] } ?? [:],
        script: #"""
          core=$(sed -n 's/^Cpus_allowed_list:[^0-9]*\([0-9]*\).*/\1/p' /proc/self/status)
          exec taskset -c "$core" "$0" "$@"
          """#)
      #expect(ending.code == 0, "\(ending.errors)")
    }
  }

  @Test func ctrlCStopsARunWithFewerThreads() throws {
    try withFolder { folder in
      for name in ["OMP_THREAD_LIMIT": "1", "OMP_MAX_ACTIVE_LEVELS": "0", "OMP_DYNAMIC": "true"] {
        let ending = try Program.run(
          [], in: folder, input: "data shapes limit 500 test 50 size 12\nt = train qatcnn epochs 10000",
          interruptingAfter: "epoch 1/10000", environment: [name.key: name.value])
        #expect(ending.code == 130, "\(name): \(ending.errors)")
      }
    }
  }
}
