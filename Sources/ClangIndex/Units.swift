// SPDX-License-Identifier: GPL-2.0-or-later

import CClang
import CFrontendProtocol

/// The translation units of one process, with a bound on the memory they take together.
///
/// An active unit of a kernel module takes about 90 MB, a suspended one a preamble of 20 MB in the temporary folder.
/// The least recently used are suspended first, then forgotten; both come back by themselves when they are asked for.
final class Units {
  private struct Entry {
    var file: String
    var arguments: [String]
    var overlays: [String: [UInt8]]
    var preamble: TranslationUnit.Preamble
    var unit: TranslationUnit?
    var isActive = false
    var lastUse = 0
  }
  private let session = ClangSession()
  private var filter = FlagFilter()
  private var entries: [String: Entry] = [:]
  private var clock = 0
  private let activeLimit: Int
  private let openLimit: Int

  /// - Parameters:
  ///   - activeLimit: units whose syntax trees stay in memory.
  ///   - openLimit: units whose preambles stay on disk.
  init(activeLimit: Int, openLimit: Int) {
    self.activeLimit = max(1, activeLimit)
    self.openLimit = max(1, openLimit)
  }

  func open(
    _ name: String, file: String, directory: String, arguments: [String], overlays: [String: [UInt8]],
    preamble: TranslationUnit.Preamble
  ) throws -> [FrontendDiagnostic] {
    entries[name] = nil
    let accepted = filter.accepted(arguments, session)
    clock += 1
    entries[name] = Entry(
      file: file, arguments: ["-working-directory=\(directory)"] + accepted, overlays: overlays,
      preamble: preamble, lastUse: clock)
    return try unit(name).diagnostics()
  }

  func reparse(_ name: String, overlays: [String: [UInt8]]) throws -> [FrontendDiagnostic] {
    guard var entry = entries[name] else { throw UnknownUnit(name: name) }
    entry.overlays = overlays
    entry.isActive = false
    entries[name] = entry
    return try unit(name).diagnostics()
  }

  func close(_ name: String) {
    entries[name] = nil
    release_free_memory()
  }

  /// The unit, parsed with its latest overlays.
  func unit(_ name: String) throws -> TranslationUnit {
    guard var entry = entries[name] else { throw UnknownUnit(name: name) }
    clock += 1
    entry.lastUse = clock
    if let unit = entry.unit, entry.isActive {
      entries[name] = entry
      return unit
    }
    makeRoom(for: name)
    let unit: TranslationUnit
    do {
      if let known = entry.unit {
        try known.reparse(overlays: entry.overlays)
        unit = known
      } else {
        unit = try TranslationUnit(
          session, file: entry.file, arguments: entry.arguments, overlays: entry.overlays,
          preamble: entry.preamble)
      }
    } catch {
      entries[name]?.unit = nil
      entries[name]?.isActive = false
      throw error
    }
    entry.unit = unit
    entry.isActive = true
    entries[name] = entry
    return unit
  }

  /// Suspends or forgets the units that were not used for longest.
  private func makeRoom(for name: String) {
    let others = entries.filter { $0.key != name && $0.value.unit != nil }
      .sorted { ($0.value.lastUse, $0.key) < ($1.value.lastUse, $1.key) }.map(\.key)
    let active = others.filter { entries[$0]?.isActive == true }
    var freed = false
    for victim in active.prefix(max(0, active.count - activeLimit + 1)) {
      entries[victim]?.unit?.suspend()
      entries[victim]?.isActive = false
      freed = true
    }
    for victim in others.prefix(max(0, others.count - openLimit + 1)) {
      entries[victim]?.unit = nil
      entries[victim]?.isActive = false
      freed = true
    }
    if freed { release_free_memory() }
  }
}

/// A request for a unit that was never opened here.
struct UnknownUnit: Error, CustomStringConvertible {
  var name: String
  var description: String { "no open unit \(name)" }
}
