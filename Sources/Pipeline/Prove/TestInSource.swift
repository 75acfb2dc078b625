// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel

/// Knows lines that test for a header in the source, which some checkers can't read.
enum TestInSource {
  private static let test = Data("__has_include".utf8)

  /// Whether such a test stands anywhere in a file.
  static func stands(in text: SourceText) -> Bool { Data(text).range(of: test) != nil }

  /// Whether it stands on one line of a file.
  static func stands(at site: Site, in files: [String: SourceText]) -> Bool {
    let lines = (files[site.file] ?? []).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return lines.indices.contains(site.line - 1) && stands(in: SourceText(lines[site.line - 1]))
  }
}
