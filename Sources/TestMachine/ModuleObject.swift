// SPDX-License-Identifier: GPL-2.0-or-later

/// What a `.ko` file says about itself in its `.modinfo` section: `key=value` strings, each ended by NUL.
package struct ModuleObject: Hashable {
  /// The name that the kernel knows it by, or nil if the file doesn't say.
  package var name: String?
  /// Modules whose symbols it links to.
  package var depends: [String] = []
  /// Modules that are better loaded before it (`MODULE_SOFTDEP("pre: …")`).
  package var loadsAfter: [String] = []

  /// Patterns of further names that it answers to, as fnmatch(3) takes them.
  package var aliases: [String] = []

  /// Reads an ELF file of 64 bits, little endian. Anything else gives an object that says nothing: the kernel is the
  /// one to refuse it, in its own words.
  package init(_ bytes: [UInt8]) {
    for entry in Self.section(".modinfo", of: bytes).split(separator: 0) {
      guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let value = String(decoding: entry[(equals + 1)...], as: UTF8.self)
      switch String(decoding: entry[..<equals], as: UTF8.self) {
      case "name": name = value
      case "depends": depends = value.split(separator: ",").map(String.init)
      case "alias": aliases.append(value)
      case "softdep": loadsAfter += Self.before(value)
      default: break
      }
    }
  }

  /// The names after `pre:` in `pre: a b post: c`.
  private static func before(_ text: String) -> [String] {
    var names: [String] = []
    var isBefore = false
    for word in text.split(whereSeparator: \.isWhitespace) {
      if word.hasSuffix(":") { isBefore = word == "pre:" } else if isBefore { names.append(String(word)) }
    }
    return names
  }

  private static func section(_ name: String, of bytes: [UInt8]) -> ArraySlice<UInt8> {
    func number(_ offset: Int, _ width: Int) -> Int? {
      guard offset >= 0, offset <= bytes.count - width else { return nil }
      var value: UInt64 = 0
      for index in (0..<width).reversed() { value = value << 8 | UInt64(bytes[offset + index]) }
      return Int(exactly: value).flatMap { $0 <= bytes.count ? $0 : nil }
    }
    guard bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]), let table = number(0x28, 8), let count = number(0x3c, 2),
      let namesIndex = number(0x3e, 2), let names = number(table + 64 * namesIndex + 24, 8)
    else { return [] }
    let wanted = Array(name.utf8) + [0]
    for header in (0..<count).map({ table + 64 * $0 }) {
      guard let offset = number(header, 4), bytes[min(names + offset, bytes.count)...].starts(with: wanted),
        let start = number(header + 24, 8), let size = number(header + 32, 8), start <= bytes.count - size
      else { continue }
      return bytes[start..<start + size]
    }
    return []
  }
}
