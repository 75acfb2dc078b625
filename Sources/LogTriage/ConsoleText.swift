// SPDX-License-Identifier: GPL-2.0-or-later

/// Small readers for lines of a kernel's console.
enum ConsoleText {
  /// `fn+0x1c/0x1000 [mod]` anywhere in a line: the function and the module.
  static func place(in line: String) -> (function: String, module: String?)? {
    let bytes = Array(line.utf8)
    guard let plus = find(Array("+0x".utf8), in: bytes) else { return nil }
    let start = bytes[..<plus].lastIndex { !isWord($0) }.map { $0 + 1 } ?? 0
    guard start < plus else { return nil }
    var module: String?
    let rest = bytes[plus...]
    if let open = find(Array(" [".utf8), in: Array(rest)) {
      let name = rest[(rest.startIndex + open + 2)...].prefix { isWord($0) || $0 == UInt8(ascii: "-") }
      if !name.isEmpty { module = String(decoding: name, as: UTF8.self) }
    }
    // What follows a dot is the compiler's: `.isra.0`, `.constprop.0`, `.cold`.
    let name = bytes[start..<plus].prefix { $0 != UInt8(ascii: ".") }
    return name.isEmpty ? nil : (String(decoding: name, as: UTF8.self), module)
  }

  /// Numbers, decimal or hexadecimal, become `#`; a run of blanks becomes one.
  static func withoutNumbers(_ text: String) -> String {
    var result: [UInt8] = []
    var word: [UInt8] = []
    func flush() {
      let isNumber =
        word.first.map { 48...57 ~= $0 } == true
        || word.count >= 8 && word.allSatisfy { 48...57 ~= $0 || 97...102 ~= $0 }
      if isNumber { result.append(UInt8(ascii: "#")) } else { result += word }
      word = []
    }
    for byte in text.utf8 {
      if isWord(byte) {
        word.append(byte)
      } else {
        flush()
        if byte != 32 || result.last != 32 { result.append(byte) }
      }
    }
    flush()
    return String(decoding: result, as: UTF8.self)
  }

  /// Offset of the first `needle`.
  static func find(_ needle: [UInt8], in bytes: [UInt8]) -> Int? {
    guard let first = needle.first, bytes.count >= needle.count else { return nil }
    for start in 0...(bytes.count - needle.count) where bytes[start] == first {
      if bytes[start..<start + needle.count].elementsEqual(needle) { return start }
    }
    return nil
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    48...57 ~= byte || 65...90 ~= byte || 97...122 ~= byte || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
  }
}
