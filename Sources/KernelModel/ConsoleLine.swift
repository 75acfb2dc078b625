// SPDX-License-Identifier: GPL-2.0-or-later

/// One line of a kernel's log, as printk writes it to a console: `[    1.234567] text`.
package struct ConsoleLine: Hashable, Sendable {
  /// Seconds since the kernel's start, or nil where printk put none.
  package var time: Double?
  /// Without time stamp; control characters are replaced, since a terminal may be what it is shown on.
  package var text: String

  /// - Parameter bytes: without the line end; a carriage return may be left.
  package init(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while rest.last == UInt8(ascii: "\r") { rest.removeLast() }
    if let (stamp, after) = Self.bracketed(rest), let time = Double(stamp) {
      self.time = time
      rest = after
      // The task or processor that printed it, where the kernel is built to say so: `[    1.234567][   T12] text`.
      if let (caller, after) = Self.bracketed(rest), "TC".contains(caller.prefix(1)), Int(caller.dropFirst()) != nil {
        rest = after
      }
      if rest.first == UInt8(ascii: " ") { rest.removeFirst() }
    }
    text = String(decoding: rest.map { $0 < 32 && $0 != 9 || $0 == 127 ? UInt8(ascii: "?") : $0 }, as: UTF8.self)
  }

  /// What stands in the brackets that `bytes` begin with, without leading blanks, and what follows them.
  private static func bracketed(_ bytes: ArraySlice<UInt8>) -> (String, ArraySlice<UInt8>)? {
    guard bytes.first == UInt8(ascii: "["), let end = bytes.prefix(24).firstIndex(of: UInt8(ascii: "]")) else {
      return nil
    }
    let inner = String(decoding: bytes[bytes.startIndex + 1..<end], as: UTF8.self)
    return (String(inner.drop { $0 == " " }), bytes[(end + 1)...])
  }
}
