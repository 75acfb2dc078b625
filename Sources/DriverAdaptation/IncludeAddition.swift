// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import KernelModel

/// The rule for a name that the new kernel still declares, in a header that the driver does not reach any more: include
/// it. It follows from the declaration, not from conversions.
enum IncludeAddition {
  /// Nil where the break does not say where the name is declared, or not in a header that drivers may include.
  static func rule(for found: Break) -> LearnedRule? {
    guard found.kind == .includeNotReached, let header = found.after.flatMap({ header($0.site.file) }) else {
      return nil
    }
    let stem = String(decoding: header.utf8.map { isWord($0) ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
    return .declared(
      "include_\(stem)", for: found.symbol, .include, .include, "", header,
      summary: "`#include <\(header)>` for `\(found.symbol)`", introduces: [header])
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || (byte >= 0x30 && byte <= 0x39)
  }

  /// What stands between the brackets for a file of the kernel tree.
  private static func header(_ path: String) -> String? {
    let parts = path.split(separator: "/")
    guard let include = parts.firstIndex(of: "include"), parts.count > include + 2 else { return nil }
    // `include/…` and `arch/*/include/…` are searched; other folders of that name belong to one subsystem.
    guard include == 0 || (include == 2 && parts[0] == "arch") else { return nil }
    var rest = parts[(include + 1)...]
    if rest.first == "uapi" { rest = rest.dropFirst() }
    guard let folder = rest.first, folder != "generated", rest.count > 1 else { return nil }
    if folder == "asm-generic" { return (["asm"] + rest.dropFirst()).joined(separator: "/") }
    return rest.joined(separator: "/")
  }
}
