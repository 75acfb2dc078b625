// SPDX-License-Identifier: GPL-2.0-or-later

/// A dotted kernel version, compared number by number: `6.1` < `6.1.192` < `6.12`.
package struct KernelVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The numbers, most significant first, e.g. `[6, 12, 117]`.
  package let numbers: [Int]

  /// Reads the leading dotted number of `text`: `6.12.117+deb12-amd64` gives 6.12.117; nil if there is none.
  package init?(_ text: some StringProtocol) {
    let head = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let parts = head.split(separator: ".").map { Int($0) }
    guard !parts.isEmpty, parts.allSatisfy({ $0 != nil }) else { return nil }
    numbers = parts.compactMap { $0 }
  }

  package init(_ numbers: [Int]) { self.numbers = numbers }

  package static func < (left: Self, right: Self) -> Bool {
    left.numbers.lexicographicallyPrecedes(right.numbers)
  }

  package var description: String { numbers.map(String.init).joined(separator: ".") }
}
