// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Splits bytes into tokens in one pass over the file; every byte sequence has an answer.
struct Lexer {
  let bytes: UnsafeBufferPointer<UInt8>
  var tokens: [Token] = []
  var trivia: [Token] = []
  private var offset = 0
  private var inDirective = false
  private var atLineStart = true
  private var expectsHeaderName = false

  init(bytes: UnsafeBufferPointer<UInt8>) {
    // Offsets are 32 bit wide: what lies behind them is not source code.
    self.bytes = bytes.count > Int(Int32.max) ? .init(rebasing: bytes[..<Int(Int32.max)]) : bytes
    tokens.reserveCapacity(bytes.count / 5)
  }

  mutating func run() {
    while offset < bytes.count {
      let byte = bytes[offset]
      switch ByteClass.table[Int(byte)] {
      case .space: offset += 1
      case .lineEnd:
        offset += 1
        (inDirective, atLineStart, expectsHeaderName) = (false, true, false)
      case .letter: add(.identifier, length: run(from: offset + 1) { $0.isWord })
      case .digit: number()
      case .quote: quoted(byte)
      case .backslash: backslash()
      case .slash: slash()
      case .dot: if peek(1).map({ ByteClass.of($0) == .digit }) ?? false { number() } else { punctuator() }
      case .punctuation: punctuator()
      case .stray: add(.stray, length: 1)
      }
    }
  }

  @inline(__always) private func peek(_ distance: Int) -> UInt8? {
    offset + distance < bytes.count ? bytes[offset + distance] : nil
  }

  /// Length from `offset` to the first byte at or after `from` that is not of the class.
  @inline(__always) private func run(from: Int, while matches: (ByteClass) -> Bool) -> Int {
    var end = from
    while end < bytes.count, matches(ByteClass.table[Int(bytes[end])]) { end += 1 }
    return end - offset
  }

  @inline(__always) private mutating func add(_ kind: Token.Kind, length: Int, punctuation: UInt32 = 0) {
    if atLineStart, punctuation == 0x23 { inDirective = true }
    let token = Token(
      start: Int32(offset), end: Int32(offset + length), punctuation: punctuation, kind: kind, isDirective: inDirective,
      startsLine: atLineStart)
    if inDirective, kind == .identifier, let hash = tokens.last, hash.punctuation == 0x23, hash.startsLine {
      expectsHeaderName = spells("include", length) || spells("include_next", length) || spells("import", length)
    } else {
      expectsHeaderName = false
    }
    tokens.append(token)
    atLineStart = false
    offset += length
  }

  private func spells(_ word: StaticString, _ length: Int) -> Bool {
    guard length == word.utf8CodeUnitCount else { return false }
    return (0..<length).allSatisfy { bytes[offset + $0] == word.utf8Start[$0] }
  }

  private mutating func addTrivia(_ kind: Token.Kind, length: Int) {
    trivia.append(
      Token(
        start: Int32(offset), end: Int32(offset + length), punctuation: 0, kind: kind, isDirective: inDirective,
        startsLine: atLineStart))
    offset += length
  }

  private mutating func number() {
    var end = offset + 1
    while end < bytes.count {
      let byte = bytes[end]
      // `1e-5` and `0x1p+3`: a sign belongs to the number behind an exponent letter.
      let sign = (byte == 0x2B || byte == 0x2D) && [0x65, 0x45, 0x70, 0x50].contains(bytes[end - 1]) && !isHex(to: end)
      guard ByteClass.of(byte).isWord || byte == 0x2E || sign else { break }
      end += 1
    }
    add(.number, length: end - offset)
  }

  /// In `0xE+1` the `+` is an operator, in `0x1p+1` it is not.
  private func isHex(to end: Int) -> Bool {
    end - offset > 1 && bytes[offset] == 0x30 && bytes[offset + 1] | 0x20 == 0x78 && bytes[end - 1] | 0x20 == 0x65
  }

  private mutating func quoted(_ quote: UInt8) {
    var end = offset + 1
    while end < bytes.count, bytes[end] != quote {
      if bytes[end] == 0x0A { break }
      if bytes[end] == 0x5C {
        end += end + 2 < bytes.count && bytes[end + 1] == 0x0D && bytes[end + 2] == 0x0A ? 3 : 2
      } else {
        end += 1
      }
    }
    end = min(end, bytes.count)
    if end < bytes.count, bytes[end] == quote {
      end += 1
    } else if end > offset + 1, end <= bytes.count, bytes[end - 1] == 0x0D {
      end -= 1
    }
    add(quote == 0x22 ? .string : .character, length: end - offset)
  }

  private mutating func backslash() {
    if peek(1) == 0x0A { return addTrivia(.continuation, length: 2) }
    if peek(1) == 0x0D, peek(2) == 0x0A { return addTrivia(.continuation, length: 3) }
    add(.stray, length: 1)
  }

  private mutating func slash() {
    var end = offset + 2
    if peek(1) == 0x2A {
      while end < bytes.count, !(bytes[end] == 0x2F && bytes[end - 1] == 0x2A && end > offset + 2) { end += 1 }
      return addTrivia(.comment, length: min(end + 1, bytes.count) - offset)
    }
    guard peek(1) == 0x2F else { return punctuator() }
    while end < bytes.count, bytes[end] != 0x0A {
      // A backslash at the line's end carries the comment on to the next line.
      if bytes[end] == 0x5C, end + 1 < bytes.count {
        end += bytes[end + 1] == 0x0D ? 3 : 2
      } else {
        end += 1
      }
    }
    end = min(end, bytes.count)
    if end < bytes.count, bytes[end - 1] == 0x0D { end -= 1 }
    addTrivia(.comment, length: end - offset)
  }

  private mutating func punctuator() {
    let first = bytes[offset]
    if expectsHeaderName, first == 0x3C {
      let length = run(from: offset + 1) { $0 != .lineEnd }
      if let close = (1..<max(length, 1)).first(where: { bytes[offset + $0] == 0x3E }) {
        return add(.headerName, length: close + 1)
      }
    }
    let length = Self.length(first, peek(1) ?? 0, peek(2) ?? 0)
    var value: UInt32 = 0
    for index in 0..<length { value |= UInt32(bytes[offset + index]) << UInt32(8 * index) }
    add(.punctuator, length: length, punctuation: value)
  }

  /// Length of the longest punctuator that starts with these bytes.
  private static func length(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int {
    let equals: UInt8 = 0x3D
    switch first {
    case UInt8(ascii: "<"), UInt8(ascii: ">"):
      if second == first { return third == equals ? 3 : 2 }
      return second == equals ? 2 : 1
    case UInt8(ascii: "-"): return second == first || second == equals || second == UInt8(ascii: ">") ? 2 : 1
    case UInt8(ascii: "+"), UInt8(ascii: "&"), UInt8(ascii: "|"):
      return second == first || second == equals ? 2 : 1
    case UInt8(ascii: "="), UInt8(ascii: "!"), UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: "%"),
      UInt8(ascii: "^"):
      return second == equals ? 2 : 1
    case UInt8(ascii: "#"): return second == first ? 2 : 1
    case UInt8(ascii: "."): return second == first && third == first ? 3 : 1
    default: return 1
    }
  }
}

/// What a byte can begin.
enum ByteClass: UInt8 {
  case space, lineEnd, letter, digit, quote, backslash, slash, dot, punctuation, stray

  @inline(__always) var isWord: Bool { self == .letter || self == .digit }

  @inline(__always) static func of(_ byte: UInt8) -> ByteClass { table[Int(byte)] }

  static let table: [ByteClass] = (0...255).map { (byte: UInt8) in
    switch byte {
    case 0x0A: .lineEnd
    case 0x00, 0x09, 0x0B, 0x0C, 0x0D, 0x20: .space
    // Bytes above ASCII count as letters: Latin-1 and UTF-8 identifiers stay in one piece.
    case 0x41...0x5A, 0x61...0x7A, 0x5F, 0x24, 0x80...0xFF: .letter
    case 0x30...0x39: .digit
    case 0x22, 0x27: .quote
    case 0x5C: .backslash
    case 0x2F: .slash
    case 0x2E: .dot
    case 0x40, 0x60: .stray
    case 0x21...0x7E: .punctuation
    default: .stray
    }
  }
}
