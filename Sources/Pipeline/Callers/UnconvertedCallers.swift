// SPDX-License-Identifier: GPL-2.0-or-later

import BreakagePrediction
import ConversionIndex
import GitStore
import KernelModel

/// Places of a kernel's tree that a change should have converted, and did not.
struct UnconvertedCallers {
  /// Files that are read for one change: what more files name is not told apart by its name.
  private static let limit = 1500
  let names: TreeNames

  /// - Parameters:
  ///   - commit: the tree as it is after all changes.
  ///   - converted: files that the same series changes, where the tree does not have it.
  /// - Returns: likely places, by file and line.
  /// - Throws: as `TreeNames.files`.
  func callers(
    of changes: [APIChange], in repository: Repository, at commit: ObjectID, besides converted: Set<String> = []
  ) async throws -> [Forecast] {
    let changes = changes.filter { !Self.ofModules.contains($0.kind) }
    guard !changes.isEmpty else { return [] }
    return try await names.steps.measure("callers", "looking for callers in the tree") {
      let found = try await names.files(holding: changes.map(Prediction.groups), in: repository, at: commit)
      var wanted: [BlobChange: [APIChange]] = [:]
      for (change, files) in zip(changes, found) where files.count <= Self.limit {
        if Self.canBeElsewhere(change), try await isDeclared(change, in: files, repository) { continue }
        for file in files where Self.sees(file.path, change) && !converted.contains(file.path) {
          wanted[file, default: []].append(change)
        }
      }
      var forecasts: [Forecast] = []
      for (file, changes) in wanted.sorted(by: { $0.key.path < $1.key.path }) {
        try Task.checkCancellation()
        guard let text = await repository.texts(of: [file], limit: ChangedFiles.limit)[0] else { continue }
        let uses = DriverUses([file.path: text.new], on: nil)
        forecasts += Prediction(uses, isInTree: true).forecasts(of: changes).filter { $0.certainty > .possible }
      }
      return forecasts
    }
  }

  /// What only modules notice.
  private static let ofModules: Set<APIChange.Kind> = [.unexported, .gplOnly, .namespace, .moved, .semantic]

  /// Not where it was declared itself; what only headers beside sources declare is seen beside them.
  private static func sees(_ path: String, _ change: APIChange) -> Bool {
    let own = [change.before?.site.file, change.after?.site.file, change.site.file]
    if own.contains(path) { return false }
    guard !change.isPublic, let header = change.before?.site.file else { return true }
    return path.hasPrefix(header.prefix(through: header.lastIndex(of: "/") ?? header.startIndex))
  }

  private static func canBeElsewhere(_ change: APIChange) -> Bool {
    [.functionGone, .nameGone, .typeGone].contains(change.kind)
  }

  /// Another header goes on declaring the name.
  private func isDeclared(
    _ change: APIChange, in files: [BlobChange], _ repository: Repository
  ) async throws -> Bool {
    for file in files where file.path.hasSuffix(".h") && file.path != change.before?.site.file {
      guard let text = await repository.texts(of: [file], limit: ChangedFiles.limit)[0] else { continue }
      let isThere = fileDeclarations(text.new, path: file.path).contains { declared in
        // `struct x;` only says that there is one.
        declared.name == change.symbol && !(declared.kind == .type && declared.text == "struct \(declared.name);")
      }
      if isThere { return true }
    }
    return false
  }
}
