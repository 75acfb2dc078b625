// SPDX-License-Identifier: GPL-2.0-or-later

import BreakagePrediction
import ConversionIndex
import GitStore
import KernelModel

/// Places of a kernel's tree that a change should have converted, and did not.
struct UnconvertedCallers {
  /// Files that are read for one change: what more files name is not told apart by its name. Changes that are looked for.
  private static let limit = (files: 1500, changes: 500)
  let names: TreeNames

  /// - Parameters:
  ///   - commit: the tree as it is after all changes: what it declares otherwise by then is not asked for.
  ///   - converted: files that the same series changes, where the tree does not have it.
  /// - Returns: likely places, by file and line.
  /// - Throws: as `TreeNames.files`.
  func callers(
    of changes: [APIChange], in repository: Repository, at commit: ObjectID, besides converted: Set<String> = []
  ) async throws -> [Forecast] {
    let asked = changes.filter { !Self.ofModules.contains($0.kind) }
    let changes = (asked.filter(\.isPublic) + asked.filter { !$0.isPublic }).prefix(Self.limit.changes)
    guard !changes.isEmpty else { return [] }
    return try await names.steps.measure("callers", "looking for callers in the tree") {
      let found = try await names.files(holding: changes.map(Prediction.groups), in: repository, at: commit)
      var declared = TipDeclarations(repository: repository, commit: commit)
      var wanted: [BlobChange: [APIChange]] = [:]
      for (change, files) in zip(changes, found) where files.count <= Self.limit.files {
        try Task.checkCancellation()
        if converted.isEmpty, try await !declared.holds(change) { continue }
        let others = try await declared.others(change, among: files)
        if Self.canBeElsewhere(change), !others.isEmpty { continue }
        // Who has a function of that name beside is meant by that one.
        let besides = others.map { $0.prefix(through: $0.lastIndex(of: "/") ?? $0.startIndex) }
        for file in files
        where Self.sees(file.path, change) && !converted.contains(file.path)
          && !besides.contains(where: { file.path.hasPrefix($0) })
        {
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
}

/// What the headers of one commit declare, each read once.
private struct TipDeclarations {
  let repository: Repository
  let commit: ObjectID
  private var known: [String: [String: [Declaration]]] = [:]

  init(repository: Repository, commit: ObjectID) { (self.repository, self.commit) = (repository, commit) }

  /// The tree is as the change left it: a later one may have changed it again, or taken it back.
  mutating func holds(_ change: APIChange) async throws -> Bool {
    guard let before = change.before else { return true }
    let path = change.after?.site.file ?? before.site.file
    guard path.hasSuffix(".h") else { return true }
    let found = try await declared(in: path)[change.after?.name ?? change.symbol, default: []]
    guard let after = change.after else {
      return !found.contains { $0.container == before.container && $0.text == before.text }
    }
    return found.contains { $0.container == after.container && $0.text == after.text }
  }

  /// Other headers that declare the name.
  mutating func others(_ change: APIChange, among files: [BlobChange]) async throws -> [String] {
    let own = [change.before?.site.file, change.after?.site.file]
    guard change.before?.container == nil, change.before?.kind != .field, change.before?.kind != .header else {
      return []
    }
    var found: [String] = []
    for file in files where file.path.hasSuffix(".h") && !own.contains(file.path) {
      let isThere = try await declared(in: file.path)[change.symbol, default: []].contains { declared in
        // `struct x;` only says that there is one.
        declared.container == nil && !(declared.kind == .type && declared.text == "struct \(declared.name);")
      }
      if isThere { found.append(file.path) }
    }
    return found
  }

  private mutating func declared(in path: String) async throws -> [String: [Declaration]] {
    if let found = known[path] { return found }
    let text = try await repository.bytes(path, in: commit, limit: ChangedFiles.limit)
    let found = Dictionary(grouping: text.map { fileDeclarations($0, path: path) } ?? [], by: \.name)
    known[path] = found
    return found
  }
}
