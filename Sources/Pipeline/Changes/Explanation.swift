// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import ConversionLearning
import DriverAdaptation
import Foundation
import GitStore
import KernelModel

/// `kmend explain`: what a commit, a patch or all of a history changed in the API, and how callers were converted.
package struct Explanation: Sendable {
  /// Rules and examples that are told of each change.
  private static let toldRules = 3
  /// Changes of one commit that rules are learned for: those that most files were converted for.
  private static let learnedChanges = 25
  /// Commits of a symbol whose conversions are told.
  private static let toldCommits = 5
  let workspace: Workspace
  let steps: Steps

  /// Nil where nobody is subscribed.
  private let control: Control?

  /// - Parameter control: of the daemon whose subscribed drivers are meant.
  package init(workspace: Workspace, steps: Steps, control: Control? = nil) {
    (self.workspace, self.steps, self.control) = (workspace, steps, control)
  }

  private func report(_ query: String, _ source: String, _ commits: [ExplainedCommit]) async throws -> ExplainReport {
    var report = ExplainReport(query: query, source: source, commits: commits)
    guard let control else { return report }
    let standing = StandingForecasts(ledger: control.ledger)
    for index in report.commits.indices {
      let commit = report.commits[index]
      let changes = commit.changes.map(\.change).filter(\.isPublic)
      report.commits[index].hits = try await standing.forecasts(of: changes).flatMap { subscription, forecasts in
        forecasts.map { ForecastEntry($0, driver: subscription.name, origin: commit.origin) }
      }
    }
    return report
  }

  // MARK: A commit

  /// - Parameters:
  ///   - name: whatever names a commit in the repository.
  ///   - tree: folder of the repository.
  /// - Throws: `Failure` (`badInput`) if there is no such repository or commit.
  package func commit(_ name: String, in tree: String) async throws -> ExplainReport {
    let repository = try Repository.open(tree)
    let id = try await repository.resolve(name)
    let found = try await steps.measure("read", "reading the commit") {
      try await CommitChanges(of: id, in: repository)
    }
    let history = try await history(of: found.commit, in: repository)
    return try await report(name, tree, [try await explained(found, history)])
  }

  private func explained(_ found: CommitChanges, _ history: HistoryStore?) async throws -> ExplainedCommit {
    ExplainedCommit(
      origin: found.origin, isMerge: found.commit.parents.count > 1,
      changes: try await explained(found.changes, history), unreadable: found.commit.unreadable)
  }

  private func history(of commit: CommitChange, in repository: Repository) async throws -> HistoryStore? {
    guard let parent = commit.parents.first, commit.parents.count == 1 else { return nil }
    return try await CommitHistory(workspace: workspace, steps: steps).prepare(
      .init(from: parent, to: commit.id), in: repository)
  }

  // MARK: A patch

  /// - Parameter path: an mbox, a mail, or a patch; several patches count as one series.
  /// - Throws: `Failure` (`badInput`) if it can't be read or holds no diff.
  package func patches(_ path: String) async throws -> ExplainReport {
    let series = try PostedSeries(file: path)
    let history = try await PatchHistory(workspace: workspace, steps: steps).prepare(path)
    let changes = PatchChanges.changes(in: series.files, message: series.message)
    let commit = ExplainedCommit(
      origin: series.origin, isMerge: false, changes: try await explained(changes, history),
      unreadable: series.unreadable)
    return try await report(path, path, [commit])
  }

  /// - Parameter url: of a mail in a public-inbox archive.
  /// - Throws: `Failure`: as `patches`, or `tryAgain` if the server can't be read.
  package func thread(_ url: String) async throws -> ExplainReport {
    let place = try MailPlace(url)
    let file = try await steps.measure("thread", "fetching the thread") {
      try await MailThread(workspace: workspace).series(at: place)
    }
    var report = try await patches(file)
    (report.query, report.source) = (url, url)
    return report
  }

  // MARK: A symbol

  /// All commits that `tip` descends from and that changed a symbol: their API changes are read once and kept.
  ///
  /// - Throws: `Failure` (`badInput`) if there is no such repository or commit.
  package func symbol(_ name: String, in tree: String, tip: String) async throws -> ExplainReport {
    let repository = try Repository.open(tree)
    let id = try await repository.resolve(tip)
    let log = ChangeLog(workspace: workspace, steps: steps)
    let field = name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) }
    let symbol = name.hasSuffix(".h") ? name : field ?? name
    let container = name.hasSuffix(".h") ? nil : field.map { String(name.dropLast($0.count + 1)) }
    let entries = try await log.store(for: repository, tip: id).entries(changing: symbol).map { entry in
      var entry = entry
      if let container { entry.changes.removeAll { $0.container?.hasSuffix(container) != true } }
      return entry
    }.filter { !$0.changes.isEmpty }
    var commits: [ExplainedCommit] = []
    for (number, entry) in entries.enumerated() {
      var history: HistoryStore?
      if number < Self.toldCommits, let commit = try? ObjectID(entry.origin.name.id) {
        let change = try await repository.change(by: commit, where: { _ in false })
        history = try await self.history(of: change, in: repository)
      }
      commits.append(
        ExplainedCommit(
          origin: entry.origin, isMerge: false, changes: try await explained(entry.changes, history), unreadable: 0))
    }
    return try await report(name, tree, commits)
  }

  // MARK: All

  private func explained(_ changes: [APIChange], _ history: HistoryStore?) async throws -> [ExplainedChange] {
    guard let source = ConversionSource(trees: nil, history: history) else {
      return changes.map { ExplainedChange(change: $0, converted: 0, rules: [], examples: []) }
    }
    var told: [ExplainedChange] = []
    for change in changes {
      var files = Set(try await source.conversions(losing: change.symbol).map(\.path))
      files.subtract([change.before?.site.file, change.site.file].compactMap { $0 })
      told.append(ExplainedChange(change: change, converted: files.count, rules: [], examples: []))
    }
    let converted = told.indices.filter { told[$0].converted > 0 && told[$0].change.isPublic }
      .sorted { (told[$1].converted, $0) < (told[$0].converted, $1) }
    var rules = RuleSource(source: source, code: [:])
    for index in converted.prefix(Self.learnedChanges) {
      let change = told[index].change
      // What became of the declaration itself is no caller's conversion.
      let learned = try await rules.rules(for: change.sought).map(\.rule).filter { rule in
        rule.examples.contains { $0.site.file != change.before?.site.file && $0.site.file != change.site.file }
      }
      told[index].rules = Array(learned.prefix(Self.toldRules))
      guard told[index].rules.isEmpty else { continue }
      told[index].examples = Array(try await BuildLines.examples(of: change.symbol, in: source).prefix(Self.toldRules))
    }
    return told
  }
}

extension APIChange {
  /// As rules are sought for it.
  var sought: SoughtSymbol {
    SoughtSymbol(name: symbol, kind: kind.breaking, container: name == symbol ? nil : container)
  }
}
