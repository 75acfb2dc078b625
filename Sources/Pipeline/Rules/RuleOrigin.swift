// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import Foundation
import GitStore
import KernelModel

/// What rules are to be learned from.
package enum RuleOrigin: Sendable, Hashable {
  /// Two kernels of the cache.
  case kernels(from: String, to: String)
  /// Two commits of a git repository, by name.
  case trees(repository: String, from: String, to: String)
  /// The commits of a range (`A..B`) of a git repository, one by one.
  case range(repository: String, String)
  /// An mbox, a folder of patches, or a public-inbox repository.
  case patches(String)

  /// The repository, file or folder.
  var path: String? {
    switch self {
    case .kernels: nil
    case .trees(let path, _, _), .range(let path, _), .patches(let path): path
    }
  }
}

/// Where rules come from, as a report tells it.
package struct RulesSource: Codable, Sendable, Hashable {
  package enum Kind: String, Codable, Sendable { case kernels, trees, range, patches }
  package var kind: Kind
  /// The repository, file or folder as it was given; nil for kernels.
  package var path: String?
  /// Kernels by name, commits by id.
  package var from: String?
  package var to: String?
  /// Commits or mails that were looked at.
  package var commits: Int?
  /// Files or mails that could not be read, or are too large.
  package var unreadable: Int?

  /// For people: `6.1 → 6.12`.
  package var title: String {
    switch kind {
    case .kernels: "\(from ?? "") → \(to ?? "")"
    case .trees: "\(from?.prefix(12) ?? "") → \(to?.prefix(12) ?? "")"
    case .range: "\(from?.prefix(12) ?? "")..\(to?.prefix(12) ?? ""), \(commits ?? 0) commits"
    case .patches: "\(path ?? ""), \(commits ?? 0) mails or files"
    }
  }
}

/// Opens what rules are learned from, building the indexes that are not there yet.
struct RuleOrigins {
  let workspace: Workspace
  let steps: Steps

  /// - Throws: `Failure`: `badInput` for names that lead nowhere, `unavailable` for kernels without source.
  func open(_ origin: RuleOrigin) async throws -> (ConversionSource, RulesSource) {
    if let path = origin.path, !FileManager.default.fileExists(atPath: path) {
      throw Failure(.badInput, path, "no such file or folder")
    }
    switch origin {
    case .kernels(let from, let to): return try await kernels(from, to)
    case .trees(let path, let from, let to):
      return try await trees(path, from, to, .whole, RulesSource(kind: .trees, path: path))
    case .range(let path, let range): return try await commits(path, range)
    case .patches(let path):
      return try await described(
        PatchHistory(workspace: workspace, steps: steps).prepare(path), trees: nil,
        RulesSource(kind: .patches, path: path))
    }
  }

  private func kernels(_ from: String, _ to: String) async throws -> (ConversionSource, RulesSource) {
    let kernels = Kernels(workspace: workspace)
    let (old, new) = (try kernels.kernel(named: from), try kernels.kernel(named: to))
    let trees = try await TreeDeclarations(old: old, new: new, workspace: workspace, steps: steps)
    guard let source = ConversionSource(trees: trees.store) else {
      throw Failure(
        .unavailable, "\(from), \(to)", "have no source to learn from", remedy: "add both as debian:VERSION")
    }
    return (source, RulesSource(kind: .kernels, from: old.identity.name, to: new.identity.name))
  }

  private func trees(
    _ path: String, _ from: String, _ to: String, _ contents: ConversionStore.Contents, _ told: RulesSource
  ) async throws -> (ConversionSource, RulesSource) {
    let old = try await GitTree.open(from, in: path)
    let new = try await GitTree.open(to, in: path)
    func tree(_ objects: GitTree) -> Tree {
      Tree(root: "\(path) \(objects.commit)", version: objects.id.description, objects: objects)
    }
    let store = try await TreeDeclarations.store(
      tree(old), tree(new), contents, pair: "\(from.prefix(40)) → \(to.prefix(40))", workspace: workspace, steps: steps)
    var told = told
    (told.from, told.to) = (old.commit.description, new.commit.description)
    guard let source = ConversionSource(trees: store) else { throw Failure(.ourFault, path, "gives no index") }
    return (source, told)
  }

  private func commits(_ path: String, _ text: String) async throws -> (ConversionSource, RulesSource) {
    let repository = try Repository.open(path)
    let history = CommitHistory(workspace: workspace, steps: steps)
    let range = try await history.range(text, in: repository)
    let store = try await history.prepare(range, in: repository)
    let (source, told) = try await trees(
      path, range.from.description, range.to.description, .declarations, RulesSource(kind: .range, path: path))
    return try await described(store, trees: source.trees, told)
  }

  private func described(
    _ store: HistoryStore, trees: ConversionStore?, _ told: RulesSource
  ) async throws -> (ConversionSource, RulesSource) {
    var told = told
    (told.commits, told.unreadable) = (store.count, try await store.unreadable())
    guard let source = ConversionSource(trees: trees, history: store) else {
      throw Failure(.ourFault, told.path ?? "", "gives no index")
    }
    return (source, told)
  }
}
