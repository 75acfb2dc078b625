// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Ledger
import Settings

/// What people ask of a daemon, and tell it: through its ledger, whether it runs or not.
package struct Control: Sendable {
  let configuration: Configuration
  let ledger: LedgerStore

  /// - Throws: `Failure`: `badInput` for a configuration that can't be understood, `unavailable` if there is no ledger.
  package init(configuration file: String, creating: Bool = false) throws {
    configuration = try Configuration(file: file)
    ledger = try LedgerStore(configuration.ledger, creating: creating)
  }

  /// What `kmend status --json` prints (schema `kmend-status-1`).
  package struct Status: Codable, Sendable {
    package var schema = "kmend-status-1"
    package var isPaused: Bool
    package var jobs: [String: Int]
    package var trees: [Tree]
    package var lists: [List]
    package var subscriptions: Int
    /// Commits and series that changed something of the API.
    package var changes: Int
    /// Jobs that a person has to look at.
    package var troubled: [Job]

    package struct Tree: Codable, Sendable {
      package var name: String
      package var line: String
      package var refs: Int
      package var isSeen: Bool
      /// Why it could not be read at the last look; nil where it could.
      package var problem: String?
    }

    package struct List: Codable, Sendable {
      package var name: String
      package var line: String
      package var isSeen: Bool
      package var problem: String?
    }
  }

  package func status() async throws -> Status {
    let problems = try await ledger.troubles()
    var trees: [Status.Tree] = []
    for tree in configuration.tree {
      let refs = try await ledger.refs(of: tree.name)
      trees.append(
        .init(
          name: tree.name, line: tree.line, refs: refs?.count ?? 0, isSeen: refs != nil, problem: problems[tree.name]))
    }
    var lists: [Status.List] = []
    for list in configuration.list {
      let isSeen = try await ledger.epochs(of: list.name) != nil
      lists.append(.init(name: list.name, line: list.line, isSeen: isSeen, problem: problems[list.name]))
    }
    let counts = try await ledger.jobCounts()
    return Status(
      isPaused: try await ledger.isPaused(),
      jobs: Dictionary(uniqueKeysWithValues: Job.State.allCases.map { ($0.rawValue, counts[$0] ?? 0) }), trees: trees,
      lists: lists,
      subscriptions: try await ledger.subscriptions().count, changes: try await ledger.patchCount(),
      troubled: try await ledger.jobs(in: [.failed, .setAside], limit: 20))
  }

  /// The newest jobs, the oldest of them first.
  package func jobs(limit: Int) async throws -> [Job] { try await ledger.jobs(limit: limit) }

  /// - Throws: `Failure` (`badInput`) if there is no such job.
  package func log(of job: Int) async throws -> (job: Job, text: String) {
    (try await ledger.job(job), JobLog(folder: configuration.logs, job: job).text)
  }

  package func retry(_ job: Int) async throws { try await ledger.retry(job) }
  package func pause(_ isPaused: Bool) async throws { try await ledger.pause(isPaused) }

  // MARK: Subscriptions

  /// - Throws: `Failure` (`badInput`) for what is no driver, or is subscribed already.
  package func subscribe(
    _ place: String, lines: [String], keep: [String], compat: String?
  ) async throws -> Int {
    let found = try DriverPlace(place)
    let isPath: Bool
    switch found {
    case .package: isPath = false
    case .repository(_, _, let isRemote): isPath = !isRemote
    case .folder, .tarball: isPath = true
    }
    // The daemon works in another folder.
    let absolute = isPath ? URL(fileURLWithPath: place).standardizedFileURL.path : place
    let known = Set(configuration.lines.values)
    if let unknown = lines.first(where: { !known.contains($0) }) {
      throw Failure(
        .badInput, unknown, "is no line that is watched", remedy: "choose of \(known.sorted().joined(separator: ", "))")
    }
    let name = absolute.split(separator: "/").last.map(String.init) ?? absolute
    let subscription = Subscription(place: absolute, name: name, lines: lines, keep: keep, compat: compat)
    return try await ledger.subscribe(subscription) { id in
      try IndexedDriver.draft(id, absolute, reason: "subscribed")
    }
  }

  package func unsubscribe(_ name: String) async throws -> String {
    let isNumber = Int(name) != nil
    let isPath = !isNumber && !name.contains("://") && !name.hasPrefix("debian:")
    return try await ledger.unsubscribe(isPath ? URL(fileURLWithPath: name).standardizedFileURL.path : name)
  }

  package func subscriptions() async throws -> [Subscription] { try await ledger.subscriptions() }

  // MARK: Drafts

  /// The newest first.
  package func drafts() async throws -> [Draft] { try await ledger.drafts() }

  /// A draft with its report, JSON as `kmend adapt --json` prints it, and its series, an mbox.
  ///
  /// - Throws: `Failure` (`badInput`) if there is no such draft.
  package func draft(_ id: Int) async throws -> (draft: Draft, report: Data, series: Data) {
    try await ledger.draft(id)
  }
}
