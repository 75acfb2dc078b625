// SPDX-License-Identifier: GPL-2.0-or-later

/// A URL that kmend fetches from: `https://` anywhere, `http://` from this machine only (RFC 3986, RFC 6761).
package struct RemotePlace: Hashable, Sendable {
  package var url: String
  /// `https` or `http`.
  package var scheme: String

  /// - Throws: `Failure` (`badInput`) for other schemes, `http://` to other machines, credentials, white space and
  ///   control characters, and what begins as an option does.
  package init(_ text: String) throws(Failure) {
    guard let found = Self.scheme(of: text) else {
      throw Failure(
        .badInput, text, "is no URL that kmend fetches",
        remedy: "give an https:// URL without credentials (http:// only from this machine)")
    }
    (url, scheme) = (text, found)
  }

  /// Whether a text is meant as a URL, and not as a path.
  package static func isRemote(_ text: String) -> Bool { text.contains("://") }

  private static func scheme(of text: String) -> String? {
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x5C && $0 != 0x22 }) else { return nil }
    for scheme in ["https", "http"] where text.hasPrefix(scheme + "://") {
      let authority = text.dropFirst(scheme.count + 3).prefix { !"/?#".contains($0) }
      guard !authority.isEmpty, !authority.contains("@") else { return nil }
      return scheme == "https" || isLoopback(authority) ? scheme : nil
    }
    return nil
  }

  private static func isLoopback(_ authority: Substring) -> Bool {
    ["localhost", "127.0.0.1", "[::1]"].contains { host in
      authority.lowercased() == host || authority.lowercased().hasPrefix(host + ":")
    }
  }
}
