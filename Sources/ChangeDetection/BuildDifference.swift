// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// What a change of build files took away: variables that Kbuild read or set, configuration symbols.
package enum BuildDifference {
  /// A build file before and after; empty where it was not there.
  package struct File: Sendable {
    package var path: String
    package var before: [UInt8]
    package var after: [UInt8]

    package init(path: String, before: [UInt8], after: [UInt8]) {
      (self.path, self.before, self.after) = (path, before, after)
    }
  }

  /// - Parameter files: those that differ, each once.
  /// - Returns: by file and line.
  package static func changes(in files: [File]) -> [APIChange] {
    let found =
      lost(files.filter { isConfiguration($0.path) }, .configGone, names: symbols)
      + lost(files.filter { isKbuild($0.path) }, .buildVariable, names: variables)
    return found.sorted { ($0.site, $0.symbol) < ($1.site, $1.symbol) }
  }

  private static func lost(
    _ files: [File], _ kind: APIChange.Kind, names: (Substring) -> [String]
  ) -> [APIChange] {
    func all(_ bytes: [UInt8]) -> [(name: String, line: Int)] {
      let text = String(decoding: bytes, as: UTF8.self)
      return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { number, line in
        names(line).map { ($0, number + 1) }
      }
    }
    let kept = Set(files.flatMap { all($0.after).map(\.name) })
    var seen: Set<String> = []
    return files.flatMap { file in
      all(file.before).compactMap { name, line in
        guard !kept.contains(name), seen.insert(name).inserted else { return nil }
        return APIChange(kind: kind, symbol: name, site: Site(file: file.path, line: line), isPublic: true)
      }
    }
  }

  private static func isConfiguration(_ path: String) -> Bool {
    path.split(separator: "/").last?.hasPrefix("Kconfig") ?? false
  }

  /// The files that every module is built with (Documentation/kbuild/makefiles.rst).
  private static func isKbuild(_ path: String) -> Bool {
    path == "Makefile" || path.hasPrefix("scripts/Makefile") || path.hasPrefix("scripts/Kbuild")
  }

  /// `config NAME`, `menuconfig NAME` (Documentation/kbuild/kconfig-language.rst).
  private static func symbols(_ line: Substring) -> [String] {
    let words = line.split(whereSeparator: \.isWhitespace)
    guard words.count == 2, ["config", "menuconfig"].contains(words[0]) else { return [] }
    return [String(words[1])]
  }

  /// Variables that a line of a Makefile asks for, as drivers may set them: `$(NAME)`, in capitals or for `-y`.
  private static func variables(_ line: Substring) -> [String] {
    guard line.first != "#" else { return [] }
    return line.matches(of: /\$[({]([A-Za-z_][A-Za-z0-9_-]*)[)}]/).map { String($0.1) }.filter { name in
      name.hasSuffix("-y") || name.contains("_") && !name.contains { $0.isLowercase }
    }
  }
}
