// SPDX-License-Identifier: GPL-2.0-or-later

/// Little-endian base-128 numbers, the form of every list in the index.
enum Varint {
  static func append(_ value: Int, to bytes: inout [UInt8]) {
    var rest = UInt64(truncatingIfNeeded: value)
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// All numbers of a list; a cut-off or oversized number ends it.
  static func numbers(_ bytes: [UInt8]) -> [Int] {
    var result: [Int] = []
    var value: UInt64 = 0
    var shift: UInt64 = 0
    for byte in bytes {
      value |= UInt64(byte & 0x7f) << shift
      if byte & 0x80 == 0 {
        guard value <= UInt64(Int32.max) else { return result }
        result.append(Int(value))
        value = 0
        shift = 0
      } else {
        shift += 7
        guard shift < 35 else { return result }
      }
    }
    return result
  }

  /// Numbers in ascending order as first number and differences.
  static func ascending(_ values: some Sequence<UInt32>) -> [UInt8] {
    var bytes: [UInt8] = []
    var last = 0
    for value in values {
      append(Int(value) - last, to: &bytes)
      last = Int(value)
    }
    return bytes
  }

  /// The inverse of `ascending(_:)`.
  static func ascending(_ bytes: [UInt8]) -> [Int] {
    var last = 0
    return numbers(bytes).map {
      last += $0
      return last
    }
  }
}
