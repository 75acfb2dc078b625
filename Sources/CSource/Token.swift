// SPDX-License-Identifier: GPL-2.0-or-later

/// One token of C as the preprocessor sees it, with its place in the file's bytes.
package struct Token: Hashable, Sendable {
  package enum Kind: UInt8, Sendable {
    case identifier, number, string, character, punctuator
    /// `<linux/fs.h>` in an `#include` line.
    case headerName
    /// A byte that starts no token, such as `@` or a stray backslash.
    case stray
    /// `/* … */` and `// …`; an unfinished one ends with the file.
    case comment
    /// A backslash and the line end behind it.
    case continuation
  }
  /// Byte offsets in the file, half open.
  package var start: Int32
  package var end: Int32
  /// The bytes of a punctuator, the first one lowest; 0 for every other kind. See `punctuation(_:)`.
  package var punctuation: UInt32
  package var kind: Kind
  /// The token belongs to a preprocessor line, its `#` included.
  package var isDirective: Bool
  /// The token is the first one of its line.
  package var startsLine: Bool

  /// Byte offsets in the file.
  package var range: Range<Int> { Int(start)..<Int(end) }
}

/// The value of `Token.punctuation` for `text`, at most three ASCII bytes such as `->`.
@inline(__always) package func punctuation(_ text: StaticString) -> UInt32 {
  var value: UInt32 = 0
  for index in 0..<text.utf8CodeUnitCount { value |= UInt32(text.utf8Start[index]) << UInt32(8 * index) }
  return value
}
