/// What the kernel's threads share: the ways between them, and what each may tell of the kernel.
struct Switchboard: Sendable {
  let wake: WakePipe
  let outbox: Outbox
  let requests = RequestQueue()
  let activity = Activity()
  let sender = Sender()
  let information: KernelInformation
  let log = KernelLog()

  init(_ connection: ConnectionFile, folder: String, version: String) throws(ConnectionError) {
    wake = try WakePipe()
    outbox = Outbox(wake: wake, signer: Signer(key: connection.key))
    information = KernelInformation(version: version, connection: connection, folder: folder)
  }
}
