// SPDX-License-Identifier: GPL-2.0-or-later

/// A Debian package version, ordered as deb-version(7) says: `1.0~rc1` < `1.0` < `1.0+b1` < `1:0.9`.
package struct DebianVersion: Hashable, Comparable, CustomStringConvertible {
  package let description: String
  private let epoch: Int
  private let upstreamBytes: [UInt8]
  private let revisionBytes: [UInt8]

  /// Reads any text: what is no version still has its place in the order.
  package init(_ text: String) {
    description = text
    var rest = Substring(text)
    if let colon = rest.firstIndex(of: ":"), let number = Int(rest[..<colon]) {
      epoch = number
      rest = rest[rest.index(after: colon)...]
    } else {
      epoch = 0
    }
    if let dash = rest.lastIndex(of: "-") {
      upstreamBytes = Array(rest[..<dash].utf8)
      revisionBytes = Array(rest[rest.index(after: dash)...].utf8)
    } else {
      upstreamBytes = Array(rest.utf8)
      revisionBytes = []
    }
  }

  package static func == (left: Self, right: Self) -> Bool { !(left < right) && !(right < left) }

  package func hash(into hasher: inout Hasher) { hasher.combine(epoch) }

  package static func < (left: Self, right: Self) -> Bool {
    if left.epoch != right.epoch { return left.epoch < right.epoch }
    let upstream = compare(left.upstreamBytes, right.upstreamBytes)
    return upstream != 0 ? upstream < 0 : compare(left.revisionBytes, right.revisionBytes) < 0
  }

  /// Negative, zero or positive, as `left` sorts before, with or after `right`.
  private static func compare(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var left = left[...]
    var right = right[...]
    while !left.isEmpty || !right.isEmpty {
      while isText(left.first) || isText(right.first) {
        let difference = weight(left.first) - weight(right.first)
        if difference != 0 { return difference }
        left = left.dropFirst()
        right = right.dropFirst()
      }
      let leftNumber = takeNumber(&left)
      let rightNumber = takeNumber(&right)
      if leftNumber.count != rightNumber.count { return leftNumber.count - rightNumber.count }
      for (one, other) in zip(leftNumber, rightNumber) where one != other { return Int(one) - Int(other) }
    }
    return 0
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func isText(_ byte: UInt8?) -> Bool { byte.map { !isDigit($0) } ?? false }

  /// Tilde sorts before the end, the end before letters, letters before everything else.
  private static func weight(_ byte: UInt8?) -> Int {
    guard let byte, !isDigit(byte) else { return 0 }
    if byte == UInt8(ascii: "~") { return -1 }
    let letter = (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    return letter ? Int(byte) : Int(byte) + 256
  }

  /// Takes the leading digits, without leading zeros.
  private static func takeNumber(_ bytes: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let digits = bytes.prefix(while: isDigit)
    bytes = bytes.dropFirst(digits.count)
    return digits.drop { $0 == 0x30 }
  }
}
