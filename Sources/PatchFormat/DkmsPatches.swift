// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// The lines that make dkms(8) apply patches to a driver before it builds it.
package struct DkmsPatches: Sendable {
  /// Names of the patches in the driver's folder `patches`, in order.
  package var names: [String]
  /// Index of the first one in `PATCH[]`.
  package var first: Int
  /// The oldest release that needs them.
  package var oldest: KernelVersion
  /// What stands above the lines, one sentence each.
  package var remarks: [String]

  package init(names: [String], first: Int, oldest: KernelVersion, remarks: [String]) {
    (self.names, self.first, self.oldest, self.remarks) = (names, first, oldest, remarks)
  }

  /// What is to be added at the end of `dkms.conf`.
  package var text: String {
    let lines = names.enumerated().map { index, name in
      "PATCH[\(first + index)]=\"\(name)\"\nPATCH_MATCH[\(first + index)]=\"\(Self.expression(atLeast: oldest))\"\n"
    }
    return remarks.map { "# \($0)\n" }.joined() + lines.joined()
  }

  /// The index behind the last one that a `dkms.conf` uses; what it computes can't be seen.
  package static func next(in conf: SourceText) -> Int {
    let text = String(decoding: conf, as: UTF8.self)
    let indices = text.split(separator: "PATCH[").dropFirst(text.hasPrefix("PATCH[") ? 0 : 1).compactMap {
      Int($0.prefix { $0 != "]" })
    }
    return (indices.max() ?? -1) + 1
  }

  /// An extended regular expression for what `uname -r` prints on a release of this major and minor number and on later
  /// ones: `^(6\.(1[2-9]|[2-9][0-9]|[0-9]{3,})|([7-9]|[0-9]{2,})\.[0-9]+)([^0-9]|$)`.
  package static func expression(atLeast version: KernelVersion) -> String {
    let major = version.numbers.first ?? 0
    let minor = version.numbers.count > 1 ? version.numbers[1] : 0
    return "^(\(major)\\.(\(number(atLeast: minor)))|(\(number(atLeast: major + 1)))\\.[0-9]+)([^0-9]|$)"
  }

  /// The decimal numbers from `least` on, as alternatives.
  private static func number(atLeast least: Int) -> String {
    let digits = String(max(0, least)).compactMap(\.wholeNumberValue)
    var parts: [String] = []
    // The same digits up to one that is greater: from the last digit, which may be equal, to the first.
    for place in digits.indices.reversed() {
      let low = place == digits.count - 1 ? digits[place] : digits[place] + 1
      guard low <= 9 else { continue }
      let head = digits[..<place].map(String.init).joined()
      let tail = String(repeating: "[0-9]", count: digits.count - 1 - place)
      parts.append(head + (low == 9 ? "9" : "[\(low)-9]") + tail)
    }
    return (parts + ["[1-9][0-9]{\(digits.count),}"]).joined(separator: "|")
  }
}
