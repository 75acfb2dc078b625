// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GitStore
import KernelModel
import Ledger
import MailFormat
import Settings

/// From which kernel a driver is adapted, and to what, so that as much is proven as the kernels at hand allow.
struct DraftTargets {
  /// Tips of a tree that a posted series is tried on.
  private static let tips = 8
  private let workspace: Workspace
  private let ledger: LedgerStore
  private let configuration: Configuration
  private let subscription: Subscription
  /// At hand, the newest first.
  private let kernels: [Kernel]
  /// Those of them that the subscription names.
  private let kept: [Kernel]

  /// - Throws: `Failure` if the kernels can't be read.
  init(
    workspace: Workspace, ledger: LedgerStore, configuration: Configuration, subscription: Subscription
  ) async throws {
    (self.workspace, self.ledger, self.configuration) = (workspace, ledger, configuration)
    self.subscription = subscription
    kernels = try Kernels(workspace: workspace).all().sorted { Self.version($0) > Self.version($1) }
    kept = kernels.filter { kernel in
      subscription.keep.contains { [kernel.identity.name, kernel.identity.request].contains($0) }
    }
  }

  /// What tells one set of kernels from another: with another one more may be proven. Nil where there are none.
  static func digest(of kernels: [Kernel]) -> String? {
    guard !kernels.isEmpty else { return nil }
    var digest = ContentDigest()
    for name in kernels.map({ "\($0.identity.name) \($0.identity.sourceVersion)\n" }).sorted() { digest.add(name.utf8) }
    return String(digest.description.prefix(12))
  }

  /// What to try, the best first; none where the change is in no tree or list that is watched.
  ///
  /// - Throws: `Failure`: `unavailable` where no kernel at hand is fit for it.
  func requests(
    for patch: LedgerPatch, scratch: String, say: @Sendable (String) -> Void
  ) async throws -> [AdaptRequest] {
    let trees = Dictionary(configuration.tree.map { ($0.name, $0) }) { one, _ in one }
    let lists = Dictionary(configuration.list.map { ($0.name, $0) }) { one, _ in one }
    for sighting in patch.sightings where sighting.isThere {
      guard let tree = trees[sighting.tree] else { continue }
      let repository = try await tree.open(mirrors: configuration.mirrors, updating: false)
      return try await requests(for: try ObjectID(sighting.commit), of: repository, patch, say)
    }
    for sighting in patch.sightings where sighting.isThere {
      guard let list = lists[sighting.tree], let series = try await ledger.series(sighting.commit) else { continue }
      return try await requests(for: series, in: list, scratch)
    }
    return []
  }

  // MARK: A commit

  /// A kernel at hand that has the change is built and booted; otherwise its headers are laid over one that has not.
  private func requests(
    for commit: ObjectID, of repository: Repository, _ patch: LedgerPatch, _ say: @Sendable (String) -> Void
  ) async throws -> [AdaptRequest] {
    var (having, others, fitting): ([Kernel], [Kernel], [Kernel]) = ([], [], [])
    for kernel in kernels {
      let headers = try await LaidHeaders(of: commit, in: repository, over: kernel, roots: kernel.headerRoots)
      if headers.areThere {
        having.append(kernel)
        continue
      }
      others.append(kernel)
      if headers.left.isEmpty {
        fitting.append(kernel)
      } else {
        say("\(kernel.identity.name) has \(headers.left.sorted().prefix(3).joined(separator: ", ")) otherwise")
      }
    }
    var requests: [AdaptRequest] = []
    if let target = having.last {
      requests = chosen(others.filter { Self.version($0) < Self.version(target) }).map { request(from: $0, to: target) }
    }
    requests += chosen(fitting).map { kernel in
      var request = request(from: kernel, to: nil)
      (request.to, request.tree) = (commit.description, repository.path)
      return request
    }
    guard !requests.isEmpty else {
      throw Failure(
        .unavailable, patch.subject,
        having.isEmpty
          ? "changes headers that no kernel at hand has like that" : "is in every kernel at hand that is kept",
        remedy: "add another one with kmend kernel add")
    }
    return requests
  }

  // MARK: A posted series

  private func requests(
    for series: LedgerSeries, in list: Configuration.List, _ scratch: String
  ) async throws -> [AdaptRequest] {
    let parts = try await ledger.parts(of: series.id, limit: MailReading.parts)
    let mails = await Inbox(list, configuration).mails(at: parts, room: MailReading.seriesLimit)
    let file = "\(scratch)/series.mbox"
    try Data(Mbox.bytes(mails.map { Message(parsing: $0) })).write(to: URL(fileURLWithPath: file))
    let link = MailPlace(series.root, in: list)?.url.url
    var requests: [AdaptRequest] = []
    for tree in configuration.tree {
      let repository = try await tree.open(mirrors: configuration.mirrors, updating: false)
      let tips = try await repository.refs(matching: tree.refs.map { RefPattern($0) }).tips
      let bases = tips.sorted { $0.key < $1.key }.prefix(Self.tips).map(\.value.description)
      requests += chosen(kernels).map { kernel in
        var request = request(from: kernel, to: nil)
        request.tree = repository.path
        request.proposal = .init(file, link: link, bases: bases)
        return request
      }
    }
    return requests
  }

  // MARK: All

  /// Those that the subscription names, where it names any.
  private func chosen(_ kernels: [Kernel]) -> [Kernel] {
    guard !kept.isEmpty else { return kernels }
    let names = Set(kept.map(\.identity))
    return kernels.filter { names.contains($0.identity) }
  }

  private func request(from kernel: Kernel, to target: Kernel?) -> AdaptRequest {
    let ends = [kernel.identity.name, target?.identity.name]
    return AdaptRequest(
      driver: subscription.place, from: kernel.identity.name, to: target?.identity.name ?? "",
      keep: kept.map(\.identity.name).filter { !ends.contains($0) },
      compat: subscription.compat.flatMap(CompatChoice.init) ?? .auto)
  }

  private static func version(_ kernel: Kernel) -> KernelVersion {
    KernelVersion(kernel.identity.sourceVersion) ?? KernelVersion([])
  }
}
