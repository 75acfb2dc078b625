// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Compares an adapted driver with its maintainer's own later version, at each place that the adaptation changed.
package struct DriverComparison: Sendable {
  /// The driver's texts as one kernel's preprocessor reads them (`ActiveText`), by path relative to its root.
  package typealias Texts = [String: SourceText]

  /// - Parameters:
  ///   - original: the driver before. Files without counterpart in `adapted` count as unchanged.
  ///   - adapted: the driver after: changed files, and all headers.
  ///   - theirs: the maintainer's version.
  /// - Returns: one entry per changed place, in the order of files and lines. Files that the adaptation added are its
  ///   own compatibility code and no places.
  package static func sites(original: Texts, adapted: Texts, theirs: Texts) -> [SiteComparison] {
    let changed = adapted.keys.sorted().filter { original[$0] != nil && original[$0] != adapted[$0] }
    let (ours, later) = (Version(adapted), Version(theirs))
    let sources = changed.filter { isSource($0) }
    let before = adapted.merging(original) { $1 }
    let includes = told(
      sources.compactMap { IncludeComparison.site($0, before: before, ours: ours, theirs: later) })
    return changed.flatMap { path -> [SiteComparison] in
      guard let before = original[path], let after = adapted[path] else { return [] }
      guard isSource(path) else {
        let counterpart = later.counterpart(path).flatMap { theirs[$0] }
        return BuildFileComparison.sites(path, before: before, after: after, theirs: counterpart)
      }
      return includes.filter { $0.file == path }
        + PassageComparison(path: path, before: Outline(before), ours: ours, theirs: later).sites
    }
  }

  /// Without what a header brings to files that are judged themselves.
  private static func told(_ sites: [SiteComparison]) -> [SiteComparison] {
    sites.filter { site in
      guard site.file.hasSuffix(".h"), site.before.isEmpty else { return true }
      let others = sites.filter { $0.file != site.file }.flatMap(\.after)
      return !site.after.allSatisfy { others.contains($0) }
    }
  }

  /// Names of the functions and objects that were changed, by file: where the maintainer's version may have moved them
  /// is to be looked for.
  package static func changedNames(original: Texts, adapted: Texts) -> [String: Set<String>] {
    var names: [String: Set<String>] = [:]
    for (path, text) in adapted where isSource(path) {
      guard let before = original[path], before != text else { continue }
      let (old, new) = (Outline(before).passages, Outline(text).passages)
      names[path] = Set(
        new.keys.filter { !$0.isEmpty && old[$0]?.statements.map(\.words) != new[$0]?.statements.map(\.words) })
    }
    return names
  }

  package static func isSource(_ path: String) -> Bool { [".c", ".h", ".S"].contains { path.hasSuffix($0) } }
}

/// One version of a driver, ready to be compared.
struct Version {
  let texts: DriverComparison.Texts
  let outlines: [String: Outline]
  let macros: OwnMacros

  init(_ texts: DriverComparison.Texts) {
    self.texts = texts
    outlines = texts.filter { DriverComparison.isSource($0.key) }.mapValues { Outline($0) }
    macros = OwnMacros(outlines)
  }

  /// The file that stands for `path`: of the same path, else the only one of the same name.
  func counterpart(_ path: String) -> String? {
    if texts[path] != nil { return path }
    func name(_ path: String) -> Substring { path.split(separator: "/").last ?? "" }
    let found = texts.keys.filter { name($0) == name(path) }
    return found.count == 1 ? found.first : nil
  }

  /// The passage of that name in the file's counterpart, else the only one of the driver.
  func passage(_ name: String, of path: String) -> (file: String, passage: Passage)? {
    if let file = counterpart(path), let outline = outlines[file] {
      if let passage = outline.passages[name] { return (file, passage) }
      if name.isEmpty { return (file, Passage(name: "")) }
    }
    let files = outlines.keys.filter { outlines[$0]?.passages[name] != nil }
    guard !name.isEmpty, files.count == 1, let file = files.first, let passage = outlines[file]?.passages[name] else {
      return nil
    }
    return (file, passage)
  }
}
