import Glibc

/// Sends back what clients send to see whether the kernel lives, on a thread of its own.
///
/// Returns once the context is shut down.
func echoHeartbeats(_ context: ZeroMQContext, at endpoint: String, bound: (ConnectionError?) -> Void) {
  do throws(ConnectionError) {
    let socket = try Socket(.reply, in: context, at: endpoint)
    bound(nil)
    while let frames = socket.receive(waits: true) { socket.send(frames.isEmpty ? [[]] : frames) }
  } catch {
    bound(error)
  }
}
