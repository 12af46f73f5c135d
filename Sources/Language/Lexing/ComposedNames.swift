import Foundation

/// A name in Unicode's composed form (NFC), so that two that look and compare the same are stored the same.
func composed(_ name: String) -> String {
  name.utf8.allSatisfy { $0 < 0x80 } ? name : name.precomposedStringWithCanonicalMapping
}
