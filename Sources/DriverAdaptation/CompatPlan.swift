// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// How an adapted driver is to keep building on older kernels (`--compat`).
package enum CompatStyle: String, Codable, Sendable, CaseIterable {
  /// The lightest that is right: nothing, a test in the source, a probe in Kbuild; version numbers only where known.
  case auto
  /// The new form only: for code that moves with its kernel.
  case replace
  /// Probes in Kbuild (headers are still tested in the source).
  case probe
  /// `LINUX_VERSION_CODE`.
  case version
}

/// One adaptation of the driver as the search made it: all edits of one rule.
package struct LogicalChange: Codable, Hashable, Sendable {
  package var rule: Rule
  /// Both sides as C text in which `¤0`, `¤1`, … stand for what matched; header paths for includes; empty where the
  /// rule has no such form. An empty right side deletes.
  package var left: String
  package var right: String
  /// Statements that the rule puts before the one that holds the match, in the same notation.
  package var before: [String]
  /// The structure, with its tag keyword, where `rule.symbol` is a field.
  package var container: String?
  /// Against the unedited driver.
  package var edits: [Edit]

  package init(
    rule: Rule, left: String, right: String, before: [String] = [], container: String? = nil, edits: [Edit]
  ) {
    self.rule = rule
    self.left = left
    self.right = right
    self.before = before
    self.container = container
    self.edits = edits
  }
}

/// What is known of a kernel that the driver is to build on.
package struct KernelFacts: Hashable, Sendable {
  /// `KernelIdentity.name`.
  package var name: String
  package var version: KernelVersion
  /// `Rule.id` of each change whose new form does not build here.
  package var failing: Set<String>
  /// What its tree declares under each of `CompatPlan.names(_:)`; a name without an entry is not declared.
  package var declared: [String: [Declaration]]
  /// For a header, by its path between brackets, which of the driver's own includes brings it in.
  package var doors: [String: String]
  /// What probes include before the header that they ask about, for headers that can't stand alone.
  package var prelude: [String] = []

  package init(
    name: String, version: KernelVersion, failing: Set<String> = [], declared: [String: [Declaration]] = [:],
    doors: [String: String] = [:]
  ) {
    self.name = name
    self.version = version
    self.failing = failing
    self.declared = declared
    self.doors = doors
  }
}

/// What keeps one change building everywhere.
package enum CompatMethod: Codable, Hashable, Sendable {
  /// The new form is right on every kernel.
  case nothing
  /// A condition around each changed place; the text is that of the `#if`.
  case inPlace(condition: String)
  /// The new form everywhere, and in the compatibility header what it stands for on kernels without it.
  case fallback(condition: String, header: String)
  /// No way was found or wanted: the kernels named will not build.
  case none(kernels: [String])
}

/// An adaptation made to build on every kernel: the changes with their conditions, and the files that these need.
package struct CompatPlan: Codable, Hashable, Sendable {
  /// One logical change and how it is kept.
  package struct Change: Codable, Hashable, Sendable {
    /// `Rule.id`.
    package var rule: String
    package var method: CompatMethod
    /// Against the unedited driver; no two changes of a plan overlap. A place that two changes share belongs to the
    /// later one.
    package var edits: [Edit]
    /// Sentences for the changelog; empty where nothing had to be done.
    package var explanation: String
    package var flags: [Flag]
    /// Something in `support` is there for it.
    package var needsSupport = false
  }
  /// What serves several changes.
  package struct Support: Codable, Hashable, Sendable {
    /// Includes of the compatibility header, Kbuild lines. They overlap with no other edit.
    package var edits: [Edit]
    /// Files to add, by path relative to the driver's root.
    package var newFiles: [String: SourceText]
    /// What they bring, in sentences.
    package var sentences: [String]

    package init() { (edits, newFiles, sentences) = ([], [:], []) }

    package var isEmpty: Bool { edits.isEmpty && newFiles.isEmpty }
  }
  /// As much of the support as the driver can bear before a change.
  package struct EarlySupport: Codable, Hashable, Sendable {
    /// `Rule.id`.
    package var rule: String
    package var support: Support
  }
  package var changes: [Change]
  package var support: Support
  /// In the order of `changes`, for those that call a function of the old kernel in a new way: a macro of its name would
  /// break the calls that are not converted yet.
  package var early: [EarlySupport]

  /// All edits of the plan.
  package var edits: [Edit] { changes.flatMap(\.edits) + support.edits }
  package var flags: [Flag] { changes.flatMap(\.flags) }

  /// The names whose declarations the plan asks for, to fill `KernelFacts.declared`.
  package static func names(_ changes: [LogicalChange], files: [String: SourceText]) -> Set<String> {
    changes.reduce(into: []) { names, change in
      names.insert(change.rule.symbol)
      names.formUnion(change.arrivals)
      if change.rule.kind == .include { names.formUnion([change.oldHeader, change.newHeader].compactMap { $0 }) }
      if change.isDeletion { names.formUnion(change.values(files)) }
    }
  }

  /// Plans how the changes are kept on all kernels.
  ///
  /// - Parameters:
  ///   - changes: In the order in which they become patches.
  ///   - files: The driver's text files by path, sources and Kbuild files alike.
  ///   - target: The kernel that the driver was adapted to.
  ///   - kept: The kernels that the unadapted driver builds on and that it is to go on building on.
  package static func plan(
    _ changes: [LogicalChange], style: CompatStyle, files: [String: SourceText], target: KernelFacts,
    kept: [KernelFacts]
  ) -> CompatPlan {
    var planner = CompatPlanner(style: style, files: files, target: target, kept: kept, changes: changes)
    return planner.plan()
  }
}

extension LogicalChange {
  /// Nothing takes the place of what the rule removes.
  package var isDeletion: Bool {
    !left.isEmpty && right.isEmpty && before.isEmpty && rule.kind != .include && rule.kind != .declaration
  }

  /// Names that the new text has and the old one has not, fields included: what may tell kernels apart.
  var arrivals: [String] {
    guard rule.kind != .include, rule.kind != .declaration else { return [] }
    let known = Set(Self.names(left))
    let names = rule.introduces + Self.names(before.joined(separator: " ") + " " + right)
    return names.reduce(into: []) { if !known.contains($1), !$0.contains($1) { $0.append($1) } }
  }

  /// What a kernel has to declare, at the least, to take the new form; for an include line the header.
  package var needs: [String] { rule.kind == .include ? [newHeader].compactMap { $0 } : rule.introduces }

  private static func names(_ text: String) -> [String] {
    let source = LexedSource(text)
    return source.tokens.filter { $0.kind == .identifier }.map(source.spelling).filter { !$0.contains("¤") }
  }

  var oldHeader: String? { Self.header(left) }
  var newHeader: String? { Self.header(right) }

  /// The path in `linux/fs.h`, `<linux/fs.h>` or `#include <linux/fs.h>`.
  private static func header(_ text: String) -> String? {
    let path = text.split(separator: " ").last?.drop { "<\"".contains($0) }.prefix { !">\"".contains($0) } ?? ""
    return path.isEmpty ? nil : String(path)
  }

  /// Names that stand for the value of a deleted initialiser: `X` in `.field = X,`.
  func values(_ files: [String: SourceText]) -> [String] {
    edits.compactMap { edit in
      let text = files[edit.file].map { String(decoding: $0[edit.range.clamped(to: 0..<$0.count)], as: UTF8.self) }
      guard let value = text?.split(separator: "=", maxSplits: 1).dropFirst().first else { return nil }
      let name = value.drop { " \t&(".contains($0) }.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      return name.isEmpty ? nil : String(name)
    }
  }
}
