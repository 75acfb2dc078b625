// SPDX-License-Identifier: GPL-2.0-or-later

/// A person's or a list's name and address (RFC 5322, section 3.4).
package struct Mailbox: Codable, Hashable, Sendable, CustomStringConvertible {
  /// Empty where only the address is known.
  package var name: String
  /// `local@domain`, ASCII.
  package var address: String

  package init(name: String, address: String) {
    self.name = name
    self.address = address
  }

  /// Reads `Name <local@domain>`, `"Na, me" <…>`, `<…>`, `local@domain` or `local@domain (Name)`; nil if there is no `@`.
  package init?(_ text: some StringProtocol) {
    let text = text.trimmed
    if text.last == ">", let open = text.lastIndex(of: "<") {
      address = text[text.index(after: open)...].dropLast().trimmed
      name = Self.unquoted(text[..<open].trimmed)
    } else if text.last == ")", let open = text.firstIndex(of: "(") {
      address = text[..<open].trimmed
      name = text[text.index(after: open)...].dropLast().trimmed
    } else {
      address = text
      name = ""
    }
    name = EncodedWord.decode(name)
    let parts = address.split(separator: "@", omittingEmptySubsequences: false)
    let isClean = address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3C && $0 != 0x3E && $0 != 0x2C }
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, isClean else { return nil }
  }

  /// Reads a comma-separated list; what is no mailbox is left out.
  package static func list(_ text: String) -> [Mailbox] {
    var parts: [String] = [""]
    var isQuoted = false
    for character in text {
      if character == "\"" { isQuoted.toggle() }
      if character == ",", !isQuoted {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    return parts.compactMap { Mailbox($0) }
  }

  /// As people read it, and as a trailer has it: `Name <local@domain>`.
  package var description: String { name.isEmpty ? address : "\(name) <\(address)>" }

  /// As it stands in a header: the name quoted or in encoded words where it must be.
  package var header: String {
    guard !name.isEmpty else { return address }
    if EncodedWord.isNeeded(name) { return "\(EncodedWord.encode(name)) <\(address)>" }
    guard name.utf8.contains(where: { Self.specials.contains($0) }) else { return description }
    var quoted = ""
    for character in name {
      if character == "\"" || character == "\\" { quoted += "\\" }
      quoted.append(character)
    }
    return "\"\(quoted)\" <\(address)>"
  }

  private static let specials = Set("()<>[]:;@\\,.\"".utf8)

  private static func unquoted(_ text: String) -> String {
    guard text.count >= 2, text.first == "\"", text.last == "\"" else { return text }
    var name = ""
    var escaped = false
    for character in text.dropFirst().dropLast() {
      if character == "\\", !escaped {
        escaped = true
      } else {
        name.append(character)
        escaped = false
      }
    }
    return name
  }
}

extension StringProtocol {
  /// Without white space at both ends.
  var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace ?? false { text.removeFirst() }
    while text.last?.isWhitespace ?? false { text.removeLast() }
    return String(text)
  }
}
