// SPDX-License-Identifier: GPL-2.0-or-later

/// Folds a declaration's source to one line: comments and line joints gone, single spaces, braced bodies cut.
func foldedDeclaration(_ source: some Collection<UInt8>) -> String {
  var folded: [UInt8] = []
  let bytes = Array(source)
  var position = 0
  var depth = 0
  func peek(_ distance: Int) -> UInt8 { position + distance < bytes.count ? bytes[position + distance] : 0 }
  func space() { if let last = folded.last, last != 0x20 { folded.append(0x20) } }
  while position < bytes.count {
    switch bytes[position] {
    case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):
      position += 2
      while position < bytes.count, !(bytes[position] == UInt8(ascii: "*") && peek(1) == UInt8(ascii: "/")) {
        position += 1
      }
      position += 2
      if depth == 0 { space() }
      continue
    case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
      while position < bytes.count, bytes[position] != 0x0A { position += 1 }
      continue
    case 0x09...0x0D, 0x20:
      if depth == 0 { space() }
    case UInt8(ascii: "\\") where peek(1) == 0x0A || (peek(1) == 0x0D && peek(2) == 0x0A):
      if depth == 0 { space() }
    case UInt8(ascii: "{"):
      depth += 1
    case UInt8(ascii: "}"):
      depth = max(0, depth - 1)
    case let byte where depth == 0:
      folded.append(byte)
    default:
      break
    }
    position += 1
  }
  while let last = folded.last, last == 0x20 || last == UInt8(ascii: ";") { folded.removeLast() }
  return String(decoding: folded, as: UTF8.self)
}
