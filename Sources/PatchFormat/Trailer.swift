// SPDX-License-Identifier: GPL-2.0-or-later

/// A line such as `Link: https://…` in the last paragraph of a commit message (git-interpret-trailers(1)).
package struct Trailer: Codable, Hashable, Sendable, CustomStringConvertible {
  package var key: String
  package var value: String

  package init(_ key: String, _ value: String) {
    self.key = key
    self.value = value
  }

  /// Reads one line; nil if it is no trailer.
  package init?(line: some StringProtocol) {
    guard let colon = line.firstIndex(of: ":") else { return nil }
    let key = line[..<colon]
    guard !key.isEmpty, key.utf8.allSatisfy({ Self.isKeyByte($0) }) else { return nil }
    let value = line[line.index(after: colon)...]
    guard value.first == " " else { return nil }
    self.key = String(key)
    self.value = String(value.drop { $0 == " " })
  }

  package var description: String { "\(key): \(value)" }

  private static func isKeyByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
  }

  /// Splits a commit message into its text and the trailers of its last paragraph.
  ///
  /// The last paragraph counts only if every line of it is a trailer and it is not the title.
  package static func split(_ message: String) -> (text: String, trailers: [Trailer]) {
    var lines = message.split(separator: "\n", omittingEmptySubsequences: false)
    while lines.last?.isEmpty ?? false { lines.removeLast() }
    guard let blank = lines.lastIndex(where: \.isEmpty) else { return (lines.joined(separator: "\n"), []) }
    let trailers = lines[(blank + 1)...].map { Trailer(line: $0) }
    guard trailers.allSatisfy({ $0 != nil }) else { return (lines.joined(separator: "\n"), []) }
    var text = lines[..<blank]
    while text.last?.isEmpty ?? false { text.removeLast() }
    return (text.joined(separator: "\n"), trailers.compactMap { $0 })
  }
}
