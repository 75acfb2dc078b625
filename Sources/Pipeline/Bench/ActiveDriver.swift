// SPDX-License-Identifier: GPL-2.0-or-later

import CFrontend
import CSource
import FixComparison
import KernelBuild
import KernelModel

/// A built driver as the kernel's preprocessor reads it.
struct ActiveDriver: Sendable {
  let build: DriverBuild
  let workspace: Workspace
  /// Objects that are read for the sake of a file that is none itself.
  private static let readers = 3

  /// Reads the objects that `files` are compiled into.
  ///
  /// - Parameters:
  ///   - files: whose text is wanted; the headers that they include come with them.
  ///   - texts: the whole driver as it was built.
  ///   - others: other texts for some of its files, to be read in their place with the same flags.
  /// - Returns: the active texts: of `texts` all, as far as they were reached, and of `others`.
  func texts(
    of files: Set<String>, in texts: [String: SourceText], and others: [String: SourceText]?
  ) async throws -> ([String: SourceText], [String: SourceText]) {
    let objects = objects(for: files, in: texts)
    guard !objects.isEmpty else { return (texts, others ?? [:]) }
    return try await withFrontend(
      containment: workspace.containment, executable: workspace.frontend, mounts: frontendMounts(build), processes: 2
    ) { frontend in
      let active = try await self.active(texts, objects, frontend, overlaid: [:])
      guard let others else { return (active, [:]) }
      let all = try await self.active(texts.merging(others) { $1 }, objects, frontend, overlaid: others)
      return (active, all.filter { others[$0.key] != nil })
    }
  }

  /// The objects of which a file is the source, and for other files some that may include it: those nearest to it.
  private func objects(for files: Set<String>, in texts: [String: SourceText]) -> [ObjectBuild] {
    let all = build.record.objects
    var chosen = all.filter { files.contains($0.source) }
    for file in files.sorted() where DriverComparison.isSource(file) && !all.contains(where: { $0.source == file }) {
      let name = file.split(separator: "/").last.map { Array($0.utf8) } ?? []
      let including = all.filter { texts[$0.source]?.contains(name) ?? false }
      chosen += (including + all).filter { !chosen.contains($0) }.prefix(Self.readers)
    }
    var seen: Set<String> = []
    return chosen.filter { seen.insert($0.source).inserted }
  }

  private func active(
    _ texts: [String: SourceText], _ objects: [ObjectBuild], _ frontend: Frontend, overlaid: [String: SourceText]
  ) async throws -> [String: SourceText] {
    let root = build.record.driverRoot
    let sources = texts.keys.filter(DriverComparison.isSource).sorted()
    let overlays = Dictionary(uniqueKeysWithValues: overlaid.map { ("\(root)/\($0.key)", $0.value) })
    let units = try await concurrently(
      2,
      objects.map { object in
        { @Sendable () -> [String: [ClosedRange<Int>]] in
          var lines: [String: [ClosedRange<Int>]] = [:]
          do {
            _ = try await frontend.open(
              unit: object.source, file: "\(root)/\(object.source)", directory: object.directory,
              arguments: ClangArguments.translate(object.arguments), edits: false, overlays: overlays)
            let asked = sources.filter { $0 == object.source || !$0.hasSuffix(".c") }
            for range in try await frontend.inactive(unit: object.source, files: asked.map { "\(root)/\($0)" })
            where range.file.hasPrefix(root + "/") && range.first <= range.last {
              lines[String(range.file.dropFirst(root.count + 1)), default: []].append(range.first...range.last)
            }
            try await frontend.close(unit: object.source)
          } catch let failure as Failure where failure.code == .badInput {
            // A unit that clang can't read stays as it is written.
          }
          return lines
        }
      })
    var inactive: [String: [ClosedRange<Int>]] = [:]
    // The first unit that says something of a header speaks for it.
    for lines in units { inactive.merge(lines) { first, _ in first } }
    return texts.merging(inactive.map { ($0.key, ActiveText.of(texts[$0.key] ?? [], inactive: $0.value)) }) { $1 }
  }
}
