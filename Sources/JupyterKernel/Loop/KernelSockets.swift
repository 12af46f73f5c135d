/// The sockets that one thread owns, bound to the addresses of a connection.
struct KernelSockets: ~Copyable {
  let shell: Socket
  let control: Socket
  /// Clients connect it; nothing asks them for input.
  let stdin: Socket
  let iopub: Socket

  init(_ connection: ConnectionFile, in context: ZeroMQContext) throws(ConnectionError) {
    let shell = try Socket(.router, in: context, at: connection.endpoint(.shell))
    let control = try Socket(.router, in: context, at: connection.endpoint(.control))
    let stdin = try Socket(.router, in: context, at: connection.endpoint(.stdin))
    let iopub = try Socket(.publisher, in: context, at: connection.endpoint(.iopub))
    self.shell = shell
    self.control = control
    self.stdin = stdin
    self.iopub = iopub
  }
}
