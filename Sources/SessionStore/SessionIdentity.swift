import GRDB
import Glibc

/// What a session's database and its folder of objects have in common: a name that is drawn once, and how many commits
/// there were.
///
/// So weights are not taken for those of another database, and a database that lost its log, or is an older copy, not
/// for the whole. In the folder it stands in the file `identity`, as one line of fixed length, together with the folder
/// that it was written in: a copy of a session has another one.
struct SessionIdentity: Equatable {
  /// 32 hexadecimal digits.
  var id: String
  var commits: Int

  /// Makes the table, with a name that no other session has.
  static func makeTable(_ database: Database) throws {
    try database.execute(
      sql: """
        CREATE TABLE session_identity (
          only_row INTEGER PRIMARY KEY CHECK (only_row = 1), id TEXT NOT NULL, commits INTEGER NOT NULL);
        INSERT INTO session_identity (only_row, id, commits) VALUES (1, lower(hex(randomblob(16))), 0);
        """)
  }

  /// The same of a database that may be of an earlier version: nil where it has none.
  static func find(_ database: Database) throws -> SessionIdentity? {
    try database.tableExists("session_identity") ? read(database) : nil
  }

  /// As the database has it; throws what SQLite says of a damaged one.
  static func read(_ database: Database) throws -> SessionIdentity {
    guard let row = try Row.fetchOne(database, sql: "SELECT id, commits FROM session_identity") else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the session's identity is missing")
    }
    return SessionIdentity(id: try row.decode(atIndex: 0), commits: try row.decode(atIndex: 1))
  }

  /// Counts a commit, as a part of it; returns its number.
  static func countCommit(_ database: Database) throws -> Int {
    try database.execute(sql: "UPDATE session_identity SET commits = commits + 1")
    return try read(database).commits
  }
}

/// What a folder of objects says of the database that it belongs to.
struct IdentityRecord: Equatable {
  enum Finding: Equatable {
    case sound, otherSession
    /// The database has fewer commits; `isCopy` where the folder is one.
    case missingCommits(Int, isCopy: Bool)
  }

  var identity: SessionIdentity
  /// The folder in which it was written.
  var home: FileID

  /// Of a database with that identity; nil is one of an earlier version, which knows of none.
  func finding(on found: SessionIdentity?, in folder: String) -> Finding {
    guard found == nil || identity.id == found?.id else { return .otherSession }
    let (missing, _) = identity.commits.subtractingReportingOverflow(found?.commits ?? -1)
    return missing > 0 ? .missingCommits(missing, isCopy: home != FileID(folder)) : .sound
  }
}

/// The file `identity` beside the objects.
final class IdentityFile {
  static let name = "identity"

  private let folder: String
  private var path: String { folder + "/" + Self.name }
  private var descriptor: Int32 = -1

  private static let prefix = "qatlab session "
  private static let idLength = 32
  private static let numberLength = 20
  private static let commitsPlace = prefix.utf8.count + idLength + 1
  private static let length = commitsPlace + 3 * (numberLength + 1)

  /// In the folder of the objects.
  init(folder: String) { self.folder = folder }

  deinit { if descriptor >= 0 { close(descriptor) } }

  var exists: Bool { AtomicFile.exists(path) }

  /// Writes the identity down for this folder, and keeps the file open for `note`.
  func mark(_ identity: SessionIdentity) throws(FileError) {
    guard let home = FileID(folder) else { throw FileError(call: "stat") }
    if record != IdentityRecord(identity: identity, home: home) {
      let line =
        Self.prefix + identity.id + " " + Self.digits(UInt64(clamping: identity.commits)) + " "
        + Self.digits(home.device) + " " + Self.digits(home.inode) + "\n"
      do {
        try AtomicFile.write(path) { append in
          try Array(line.utf8).withUnsafeBytes { try append($0) }
        }
      } catch {
        throw error as? FileError ?? FileError(reason: "\(error)")
      }
    }
    let file = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { throw FileError(call: "open") }
    if descriptor >= 0 { close(descriptor) }
    descriptor = file
  }

  /// Notes how many commits there are; what the machine loses with its power is found to be fewer, and is no fault.
  func note(commits: Int) {
    let digits = Array(Self.digits(UInt64(clamping: commits)).utf8)
    _ = pwrite(descriptor, digits, digits.count, off_t(Self.commitsPlace))
  }

  /// Nil where nothing is on record: the folder is of an earlier version, or was made this moment.
  var record: IdentityRecord? {
    let bytes = AtomicFile.prefix(path, count: Self.length + 1)
    guard bytes.count == Self.length, bytes.last == UInt8(ascii: "\n"),
      bytes.starts(with: Self.prefix.utf8)
    else { return nil }
    let words = String(decoding: bytes.dropFirst(Self.prefix.utf8.count).dropLast(), as: UTF8.self)
      .split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 4, words[0].utf8.count == Self.idLength, let commits = Int(words[1]),
      let device = UInt64(words[2]), let inode = UInt64(words[3])
    else { return nil }
    return IdentityRecord(
      identity: SessionIdentity(id: String(words[0]), commits: commits),
      home: FileID(device: device, inode: inode))
  }

  private static func digits(_ number: UInt64) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, numberLength - digits.utf8.count)) + digits
  }
}
