// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Numbers for spellings, so that tokens of many files compare as integers. Equal bytes have equal numbers.
package struct Spellings: Sendable {
  private var storage: [UInt8] = []
  private var ends: [Int32] = [0]
  private var slots = [Int32](repeating: -1, count: 1024)

  /// Knows C's keywords: their numbers are the raw values of `Keyword`.
  package init() {
    for keyword in Keyword.allCases {
      _ = number(of: Array("\(keyword)".utf8.filter { $0 != UInt8(ascii: "`") })[...])
    }
  }

  package var count: Int { ends.count - 1 }

  /// The number of a spelling, given now if it is new.
  package mutating func number(of bytes: ArraySlice<UInt8>) -> Int32 {
    bytes.withUnsafeBufferPointer { number(of: $0) }
  }

  package mutating func number(of text: String) -> Int32 { number(of: Array(text.utf8)[...]) }

  /// The number of a spelling, or nil if nothing is spelled so.
  package func known(_ text: String) -> Int32? {
    Array(text.utf8).withUnsafeBufferPointer { bytes in
      let number = slots[slot(of: bytes)]
      return number < 0 ? nil : number
    }
  }

  package func text(_ number: Int32) -> String { String(decoding: bytes(number), as: UTF8.self) }

  package func bytes(_ number: Int32) -> ArraySlice<UInt8> {
    storage[Int(ends[Int(number)])..<Int(ends[Int(number) + 1])]
  }

  mutating func number(of bytes: UnsafeBufferPointer<UInt8>) -> Int32 {
    let slot = slot(of: bytes)
    if slots[slot] >= 0 { return slots[slot] }
    let number = Int32(count)
    storage.append(contentsOf: bytes)
    ends.append(Int32(storage.count))
    slots[slot] = number
    if count * 2 > slots.count { grow() }
    return number
  }

  /// The slot that holds the spelling, or the empty one where it belongs.
  private func slot(of bytes: UnsafeBufferPointer<UInt8>) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: Self.hash(bytes)) & mask
    while slots[slot] >= 0 {
      let known = Int(slots[slot])
      let (start, end) = (Int(ends[known]), Int(ends[known + 1]))
      if end - start == bytes.count {
        var index = 0
        while index < bytes.count, storage[start + index] == bytes[index] { index += 1 }
        if index == bytes.count { break }
      }
      slot = (slot + 1) & mask
    }
    return slot
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 4)
    for number in 0..<count {
      let slot = bytes(Int32(number)).withUnsafeBufferPointer { self.slot(of: $0) }
      slots[slot] = Int32(number)
    }
  }

  /// FNV-1a: the same on every run and machine.
  private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    let hash = StableHash.of(bytes)
    return hash ^ (hash >> 29)
  }
}

/// C's words that are not names; the raw value is the word's number in every `Spellings`.
package enum Keyword: Int32, CaseIterable, Sendable {
  case `if`, `else`, `while`, `for`, `switch`, `do`, `case`, `default`, `return`, goto, `break`, `continue`
  case `sizeof`, typeof, __typeof__, _Alignof, __alignof__
  case `struct`, union, `enum`, typedef, `static`, extern, `inline`, __inline, __inline__, register, auto
  case const, volatile, restrict, unsigned, signed, int, char, short, long, float, double, void, bool, _Bool

  /// Words that leave the place where they stand.
  package static let leaving: Set<Keyword> = [.return, .goto, .break, .continue]

  /// Words that take what follows in parentheses the way a function takes its arguments.
  package var takesParentheses: Bool {
    switch self {
    case .if, .while, .for, .switch, .sizeof, .typeof, .__typeof__, ._Alignof, .__alignof__: true
    default: false
    }
  }

  /// Words that can stand in the name of a type.
  package var isType: Bool {
    switch self {
    case .struct, .union, .enum, .const, .volatile, .unsigned, .signed, .int, .char, .short, .long, .float, .double,
      .void, .bool, ._Bool:
      true
    default: false
    }
  }
}
