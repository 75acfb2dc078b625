// SPDX-License-Identifier: GPL-2.0-or-later

/// Walks over a source file and reports every name that stands in code: not in comments, strings or numbers.
enum NameScanner {
  /// Calls `body` with each name's bytes, its hash and its line (from 0), in order. In C the path of an `#include` is a
  /// name too, without its brackets; in build files a `-` may stand inside a name (`obj-m`).
  @inline(__always)
  static func scan(
    _ text: UnsafeBufferPointer<UInt8>, as language: FileClass,
    _ body: (_ name: UnsafeBufferPointer<UInt8>, _ hash: UInt32, _ line: Int) -> Void
  ) {
    let end = text.count
    let build = language == .build
    var line = 0
    var index = 0
    var directive = false
    while index < end {
      let byte = text[index]
      if isLetter(byte) {
        let start = index
        var hash = SymbolTable.seed
        repeat {
          hash = SymbolTable.hash(hash, text[index])
          index += 1
        } while index < end && (isLetter(text[index]) || isDigit(text[index]) || build && text[index] == minus)
        let name = UnsafeBufferPointer(rebasing: text[start..<index])
        if directive {
          directive = false
          if let path = includePath(text, after: name, at: index) {
            var hash = SymbolTable.seed
            for byte in path { hash = SymbolTable.hash(hash, byte) }
            if !path.isEmpty { body(path, hash, line) }
            while index < end, text[index] != newline { index += 1 }
            continue
          }
        }
        if name.count > 1 { body(name, hash, line) }
      } else if byte == newline {
        line += 1
        index += 1
      } else if isDigit(byte) {
        while index < end, isLetter(text[index]) || isDigit(text[index]) { index += 1 }
      } else if byte == hashSign {
        index += 1
        if build {
          while index < end, text[index] != newline { index += 1 }
        } else {
          while index < end, text[index] == space || text[index] == tab { index += 1 }
          directive = true
          continue
        }
      } else if byte == slash, !build, index + 1 < end, text[index + 1] == slash {
        while index < end, text[index] != newline { index += 1 }
      } else if byte == slash, !build, index + 1 < end, text[index + 1] == star {
        index += 2
        while index < end, !(text[index] == star && index + 1 < end && text[index + 1] == slash) {
          if text[index] == newline { line += 1 }
          index += 1
        }
        index = min(index + 2, end)
      } else if (byte == quote || byte == apostrophe) && !build {
        index += 1
        while index < end, text[index] != byte, text[index] != newline {
          if text[index] == backslash, index + 1 < end, text[index + 1] != newline { index += 1 }
          index += 1
        }
        if index < end, text[index] == byte { index += 1 }
      } else {
        index += 1
      }
      directive = false
    }
  }

  /// The path between brackets or quotes if `name` is `include`.
  private static func includePath(
    _ text: UnsafeBufferPointer<UInt8>, after name: UnsafeBufferPointer<UInt8>, at index: Int
  ) -> UnsafeBufferPointer<UInt8>? {
    guard name.elementsEqual("include".utf8) else { return nil }
    var start = index
    while start < text.count, text[start] == space || text[start] == tab { start += 1 }
    guard start < text.count, text[start] == less || text[start] == quote else { return nil }
    let close = text[start] == less ? greater : quote
    start += 1
    var stop = start
    while stop < text.count, text[stop] != close, text[stop] != newline { stop += 1 }
    return UnsafeBufferPointer(rebasing: text[start..<stop])
  }
}

let newline = UInt8(ascii: "\n")
let space = UInt8(ascii: " ")
let tab = UInt8(ascii: "\t")
let slash = UInt8(ascii: "/")
let star = UInt8(ascii: "*")
let minus = UInt8(ascii: "-")
let plus = UInt8(ascii: "+")
let quote = UInt8(ascii: "\"")
let apostrophe = UInt8(ascii: "'")
let backslash = UInt8(ascii: "\\")
let hashSign = UInt8(ascii: "#")
let less = UInt8(ascii: "<")
let greater = UInt8(ascii: ">")

@inline(__always) func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 97 < 26 || byte == 95 }
@inline(__always) func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }
