// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import Glibc
import KernelModel

/// The modules of an image package: `lib/modules/RELEASE`.
struct ModuleTree {
  /// Absolute host path.
  let root: String
  /// Path relative to `root` by folded module name.
  let files: [String: String]
  private let aliases: [Alias]

  /// A line of `modules.alias`.
  private struct Alias {
    /// For fnmatch(3), and what it begins with as it stands.
    var pattern: String
    var start: Substring
    var module: String
  }

  /// Reads the names from `modules.dep` if depmod(8) wrote one, otherwise from the folder itself.
  init(root: String) {
    self.root = root
    var files: [String: String] = [:]
    for path in Self.listed(root) ?? Self.found(root) {
      guard let name = Self.moduleName(path) else { continue }
      files[name] = files[name] ?? path
    }
    self.files = files
    aliases = Self.aliases(root)
  }

  /// The modules that answer to a name or an alias, as modprobe(8) would find them in `modules.alias`.
  func modules(for request: String) -> [String] {
    if files[LoadOrder.folded(request)] != nil { return [LoadOrder.folded(request)] }
    var found: [String] = []
    for alias in aliases where request.hasPrefix(alias.start) && fnmatch(alias.pattern, request, 0) == 0 {
      if files[alias.module] != nil, !found.contains(alias.module) { found.append(alias.module) }
    }
    return Array(found.prefix(8))
  }

  private static func aliases(_ root: String) -> [Alias] {
    let text = FileManager.default.contents(atPath: root + "/modules.alias").map([UInt8].init) ?? []
    return text.split(separator: UInt8(ascii: "\n")).compactMap { line in
      // alias PATTERN MODULE
      let words = line.split(separator: UInt8(ascii: " "))
      guard words.count == 3, words[0].elementsEqual("alias".utf8) else { return nil }
      let pattern = String(decoding: words[1], as: UTF8.self)
      return Alias(
        pattern: pattern, start: pattern.prefix { !"*?[\\".contains($0) },
        module: LoadOrder.folded(String(decoding: words[2], as: UTF8.self)))
    }
  }

  /// `kernel/drivers/x/a-b.ko.xz` gives `a_b`; nil for what is no module.
  static func moduleName(_ path: String) -> String? {
    let file = path.split(separator: "/").last ?? ""
    guard let end = file.range(of: ".ko"), [".ko", ".ko.xz", ".ko.zst", ".ko.gz"].contains(file[end.lowerBound...])
    else { return nil }
    return LoadOrder.folded(String(file[..<end.lowerBound]))
  }

  private static func listed(_ root: String) -> [String]? {
    guard let text = FileManager.default.contents(atPath: root + "/modules.dep") else { return nil }
    let paths = text.split(separator: UInt8(ascii: "\n")).map {
      String(decoding: $0.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)
    }
    return paths.isEmpty ? nil : paths
  }

  private static func found(_ root: String) -> [String] {
    let paths = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    return paths.sorted()
  }
}
