// SPDX-License-Identifier: GPL-2.0-or-later

/// A hash that is the same on every run and machine: FNV-1a, 64 bits wide
/// (http://www.isthe.com/chongo/tech/comp/fnv/).
package enum StableHash {
  package static let start: UInt64 = 0xCBF2_9CE4_8422_2325

  @inlinable
  package static func of(_ bytes: some Sequence<UInt8>, from start: UInt64 = start) -> UInt64 {
    bytes.reduce(start) { step($0, UInt64($1)) }
  }

  /// One element more; wider ones count as a whole.
  @inlinable
  package static func step(_ hash: UInt64, _ element: UInt64) -> UInt64 { (hash ^ element) &* 0x100_0000_01B3 }
}
