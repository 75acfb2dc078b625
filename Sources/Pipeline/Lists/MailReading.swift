// SPDX-License-Identifier: GPL-2.0-or-later

import BreakagePrediction
import Foundation
import GitStore
import KernelModel
import Ledger
import MailFormat
import Settings

/// The job that reads the mails which came to a list, puts the patches among them together to series, and says whom those
/// would break.
struct MailReading {
  static let kind = "mails"

  /// The job's input.
  struct Input: Codable { var list: String }

  /// Of one series: patches, and bytes of all of them.
  static let parts = 1000
  static let seriesLimit = 64 << 20
  /// Mails that are recorded in one step.
  private static let batch = 500
  /// Where an archive's history was rewritten, mails of so many seconds before the last one are looked at again.
  private static let overlap = 86_400
  let workspace: Workspace
  let ledger: LedgerStore
  let configuration: Configuration

  /// - Throws: `Failure` if the archive can't be read.
  func run(_ job: Job, say: @escaping @Sendable (String) -> Void) async throws {
    let input = try JSONDecoder().decode(Input.self, from: Data(job.input.utf8))
    guard let list = configuration.list.first(where: { $0.name == input.list }) else {
      return say("the list is not watched any more")
    }
    let inbox = Inbox(list, configuration)
    let known = try await ledger.epochs(of: list.name) ?? [:]
    for epoch in try inbox.epochs() where epoch >= known.keys.max() ?? 0 {
      let (repository, tip) = try await inbox.open(epoch)
      guard let tip else { continue }
      try await read(list, epoch, repository, tip, after: known[epoch], job, say)
    }
    try await conclude(list, inbox, job, say)
  }

  // MARK: Mails

  private func read(
    _ list: Configuration.List, _ epoch: Int, _ repository: Repository, _ tip: ObjectID,
    after last: (tip: String, seconds: Int)?, _ job: Job, _ say: @Sendable (String) -> Void
  ) async throws {
    var (commits, isKnownThere) = try await repository.archived(
      behind: last.flatMap { try? ObjectID($0.tip) }, upTo: tip)
    if let last, !isKnownThere {
      say("epoch \(epoch): the archive's history was rewritten")
      var newer: [ObjectID] = []
      for commit in commits where await repository.time(of: commit) >= last.seconds - Self.overlap {
        newer.append(commit)
      }
      commits = newer
    }
    for start in stride(from: 0, to: commits.count, by: Self.batch) {
      try Task.checkCancellation()
      let part = Array(commits[start..<min(start + Self.batch, commits.count)])
      try await ledger.step(job, "epoch \(epoch): \(start) of \(commits.count) mails")
      var steps: [LedgerStore.ArchiveStep] = []
      var seconds = 0
      for commit in part {
        // One at a time: they may be large.
        guard let mail = await repository.mails(of: [commit], limit: Inbox.limit).first else { continue }
        seconds = mail.seconds
        guard let bytes = mail.bytes else { continue }
        if mail.isDropped {
          Self.id(bytes).map { steps.append(.dropped($0)) }
        } else {
          Self.posted(mail, epoch).map { steps.append(.came($0)) }
        }
      }
      guard let end = part.last else { continue }
      try await ledger.follow(steps, of: list.name, epoch: epoch, tip: end.description, seconds: seconds)
    }
    if commits.isEmpty, last?.tip != tip.description {
      try await ledger.follow(
        [], of: list.name, epoch: epoch, tip: tip.description, seconds: await repository.time(of: tip))
    }
    say("epoch \(epoch): \(commits.count) mails")
  }

  private static func id(_ bytes: [UInt8]) -> String? {
    Message(parsing: head(bytes))["Message-ID"].flatMap { MessageID($0)?.description }
  }

  /// Up to the empty line: bodies are read when their series is.
  private static func head(_ bytes: [UInt8]) -> [UInt8] {
    var end = 0
    while end + 1 < bytes.count, !(bytes[end] == 0x0A && (bytes[end + 1] == 0x0A || bytes[end + 1] == 0x0D)) {
      end += 1
    }
    return Array(bytes[..<min(bytes.count, end + 1)])
  }

  /// Nil for what is neither a patch nor a cover letter.
  private static func posted(_ mail: ArchivedMail, _ epoch: Int) -> PostedMail? {
    guard let bytes = mail.bytes else { return nil }
    let message = Message(parsing: head(bytes))
    guard let subject = message["Subject"].flatMap({ PatchSubject($0) }),
      let id = message["Message-ID"].flatMap({ MessageID($0)?.description })
    else { return nil }
    let author = message["From"].map(address) ?? ""
    var references: [String] = []
    let named = ids(message["In-Reply-To"] ?? "").prefix(5) + ids(message["References"] ?? "").suffix(50).reversed()
    for id in named where !references.contains(id) { references.append(id) }
    return PostedMail(
      id: id, references: references, author: author, version: subject.version,
      number: subject.number, count: subject.count, title: subject.title, seconds: mail.seconds, epoch: epoch,
      place: mail.commit.description)
  }

  private static func ids(_ value: String) -> [String] {
    value.split(whereSeparator: \.isWhitespace).compactMap { MessageID(String($0))?.description }
  }

  /// Of `Name <address>`.
  static func address(_ text: String) -> String {
    guard let open = text.lastIndex(of: "<"), let close = text[open...].firstIndex(of: ">") else {
      return text.trimmingCharacters(in: .whitespaces).lowercased()
    }
    return text[text.index(after: open)..<close].lowercased()
  }

  // MARK: Series

  private func conclude(
    _ list: Configuration.List, _ inbox: Inbox, _ job: Job, _ say: @Sendable (String) -> Void
  ) async throws {
    let forecasts = StandingForecasts(ledger: ledger)
    let lines = configuration.lines
    var (count, changing) = (0, 0)
    while true {
      let dirty = try await ledger.dirtySeries(of: list.name, limit: 200)
      guard !dirty.isEmpty else { break }
      try await ledger.step(job, "series: \(count) read")
      var hits: [(patch: LedgerPatch, subscription: Int, forecasts: [Forecast])] = []
      var read: [(series: LedgerSeries, mails: Int)] = []
      for series in dirty {
        try Task.checkCancellation()
        let mails = try await ledger.mails(of: series.id, limit: Self.parts)
        let patches = await inbox.mails(at: mails, room: Self.seriesLimit).map { MailedPatch($0) }
        let origin = ChangeOrigin(
          name: CommitName(id: series.root, subject: series.title), author: series.author, seconds: series.seconds)
        let posted = PostedSeries(patches, origin: origin)
        let changes = PatchChanges.changes(in: posted.files, message: posted.message)
        count += 1
        if let patch = try await ledger.conclude(series, changes) {
          changing += 1
          let found = try await ledger.patch(patch)
          let hit = try await forecasts.hold(found, lines: lines)
          hits += hit.sorted { $0.key < $1.key }.map { (found, $0.key, $0.value) }
          if !hit.isEmpty { say("\(series.title): \(changes.count) API changes, \(hit.count) drivers") }
        }
        read.append((series, mails.count))
      }
      // What follows from them is recorded first.
      try await ledger.add(try await DraftedSeries.jobs(hits, ledger, workspace))
      for (series, mails) in read { try await ledger.settle(series, having: mails) }
    }
    say("\(count) series read, \(changing) of them would change the API")
  }
}
