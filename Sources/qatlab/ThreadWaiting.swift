import Glibc

/// Makes idle worker threads sleep after a short wait, and starts the program again so that they do.
///
/// By default libgomp's threads spin for milliseconds at the end of each kernel. Where another program wants the
/// same cores, the spinning thread keeps off the one that it waits for, and a training step takes ten times as
/// long. libgomp reads its settings before `main`, so they can only be given to a new start. A setting of the
/// user's own is left alone.
func waitBriefly() {
  guard getenv("GOMP_SPINCOUNT") == nil, getenv("OMP_WAIT_POLICY") == nil else { return }
  setenv("GOMP_SPINCOUNT", "2000", 1)
  var arguments: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.map { strdup($0) }
  arguments.append(nil)
  // Returns only where it failed; the program is then merely slower beside others.
  execv("/proc/self/exe", arguments)
  for argument in arguments { free(argument) }
}
