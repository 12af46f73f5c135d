/// A page that is read, and played with, in a browser: whole in itself, it loads nothing.
package struct Page: Sendable, Codable, Equatable {
  package var title: String
  /// Where it was written.
  package var path: String
  package var html: String

  package init(title: String, path: String, html: String) {
    self.title = title
    self.path = path
    self.html = html
  }
}
