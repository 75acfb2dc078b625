// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GitStore
import KernelModel
import MailFormat

/// Puts the results where they were asked for: a folder, a branch, the driver's own files. Everything is written beside
/// its place first: what fails then leaves things as they were.
struct Delivery: Sendable {
  private let request: AdaptRequest

  /// - Throws: `Failure` (`usage`) for a request that could not be fulfilled at the end of a long run.
  init(_ request: AdaptRequest) throws {
    self.request = request
    if request.inPlace, request.branch != nil {
      throw Failure(.usage, "--in-place", "does not go with --branch", remedy: "leave one of them out")
    }
    if request.inPlace || request.branch != nil {
      let place = try DriverPlace(request.driver)
      if request.inPlace, !place.hasFiles {
        throw Failure(.usage, "--in-place", "needs a driver in a directory", remedy: "use --out")
      }
      if request.branch != nil, !place.hasRepository {
        throw Failure(
          .usage, "--branch", "needs a driver in a git repository of this machine", remedy: "use --out or --in-place")
      }
    }
    if Mailbox(request.author) == nil {
      throw Failure(.usage, request.author, "is no mail address", remedy: "write --author 'Name <address>'")
    }
    guard let out = request.out else {
      guard !request.format.isForPackagers else {
        throw Failure(.usage, "--format \(request.format.rawValue)", "writes several files", remedy: "add --out DIR")
      }
      return
    }
    try Self.requireWritable(out)
    if FileManager.default.fileExists(atPath: out + "/report.json") || !FileManager.default.fileExists(atPath: out) {
      return
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: out)) ?? ["?"]
    guard names.isEmpty else {
      throw Failure(.usage, out, "holds files that kmend did not write", remedy: "name a new folder with --out")
    }
  }

  /// Better said now than at the end of a long run.
  private static func requireWritable(_ out: String) throws {
    let partial = partial(beside: out)
    let parent = URL(fileURLWithPath: partial).deletingLastPathComponent().path
    // Folders above are made at the end.
    guard FileManager.default.fileExists(atPath: parent) else { return }
    guard mkdir(partial, 0o777) == 0 else {
      throw Failure(
        .unavailable, out, "can't be written: \(String(cString: strerror(errno)))",
        remedy: "name a folder that can be written with --out")
    }
    rmdir(partial)
  }

  /// Where something is put together before it takes its place: a name that nobody else has.
  private static func partial(beside out: String) -> String {
    "\(URL(fileURLWithPath: out).standardizedFileURL.path).kmend-\(UUID().uuidString.prefix(8).lowercased())"
  }

  func deliver(
    _ draft: AdaptationDraft, from builds: OriginalBuilds, logs: String, steps: Steps
  ) async throws -> Adaptations.Result {
    var report = draft.report
    report.seconds = await steps.seconds
    for gate in report.gates.indices {
      for item in report.gates[gate].evidence.indices {
        guard let log = report.gates[gate].evidence[item].log else { continue }
        report.gates[gate].evidence[item].log = "logs/" + (log.split(separator: "/").last.map(String.init) ?? log)
      }
    }
    let complete = report.outcome == .adapted || report.outcome == .needsReview
    if let out = request.out { try write(report, draft, of: builds, logs: logs, to: out) }
    if complete, let branch = request.branch, let series = draft.series, let repository = builds.loaded.repository,
      let commit = builds.loaded.commit
    {
      _ = try await repository.commit(series.drafts, onto: commit, branch: branch)
    }
    if complete, request.inPlace, case .directory(let root) = builds.driver.origin {
      try replace(draft.files, in: root)
    }
    return Adaptations.Result(report: report, mbox: draft.series?.mbox ?? [], files: draft.files)
  }

  private static let names = [
    "report.json", "series.mbox", "thread.mbox", "series", "dkms.conf.patches", "patches", "logs",
  ]

  private func write(
    _ report: AdaptationReport, _ draft: AdaptationDraft, of builds: OriginalBuilds, logs: String, to out: String
  ) throws {
    let manager = FileManager.default
    let folder = URL(fileURLWithPath: out).standardizedFileURL.path
    let partial = Self.partial(beside: out)
    defer { try? manager.removeItem(atPath: partial) }
    do {
      try manager.createDirectory(atPath: partial, withIntermediateDirectories: true)
      if let series = draft.series {
        if request.format.isForPackagers {
          try Packaging(request: request, report: report, builds: builds).write(series, to: partial)
        } else {
          try write(series, to: partial)
        }
      }
      try manager.copyItem(atPath: logs, toPath: partial + "/logs")
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try encoder.encode(report).write(to: URL(fileURLWithPath: partial + "/report.json"))
      try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
      // What a person put beside earlier results stays. The report goes first and comes last: where it is, all is.
      for name in Self.names where (try? manager.attributesOfItem(atPath: "\(folder)/\(name)")) != nil {
        try manager.removeItem(atPath: "\(folder)/\(name)")
      }
      for name in Self.names.reversed() where manager.fileExists(atPath: "\(partial)/\(name)") {
        try manager.moveItem(atPath: "\(partial)/\(name)", toPath: "\(folder)/\(name)")
      }
    } catch {
      if (error as? CocoaError)?.code == .fileWriteOutOfSpace {
        throw Failure(
          .tryAgain, out, "can't be written: its disk is full", remedy: "free some space or name another folder")
      }
      throw Failure(
        .unavailable, out, "can't be written", remedy: "name a folder that can be written with --out",
        detail: "\(error)")
    }
  }

  private func write(_ series: WrittenSeries, to folder: String) throws {
    switch request.format {
    case .mbox: try Data(series.mbox).write(to: URL(fileURLWithPath: folder + "/series.mbox"))
    case .maildir:
      let maildir = folder + "/series"
      for name in Maildir.folders {
        try FileManager.default.createDirectory(atPath: "\(maildir)/\(name)", withIntermediateDirectories: true)
      }
      for mail in series.mails {
        let name = Maildir.fileName(
          date: MailDate(mail.message["Date"] ?? "") ?? MailDate(seconds: 0), number: mail.number,
          random: String(UUID().uuidString.prefix(8)).lowercased(), host: "kmend")
        try Data(mail.message.bytes).write(to: URL(fileURLWithPath: "\(maildir)/new/\(name)"))
      }
    case .quilt, .dkms: break
    }
    guard request.format == .mbox, series.mails.contains(where: { $0.patch == nil }) else { return }
    try Data(Mbox.bytes(series.mails.map(\.message))).write(to: URL(fileURLWithPath: folder + "/thread.mbox"))
  }

  /// Replaces files, keeping their modes; a link is not followed. They take their places when all are written.
  private func replace(_ files: [String: SourceText], in root: String) throws {
    let manager = FileManager.default
    let partials = files.keys.sorted().map { (path: "\(root)/\($0)", partial: Self.partial(beside: "\(root)/\($0)")) }
    defer { for (_, partial) in partials { unlink(partial) } }
    var current = root
    do {
      for ((path, partial), name) in zip(partials, files.keys.sorted()) {
        current = path
        let mode = try? manager.attributesOfItem(atPath: path)[.posixPermissions]
        try Data(files[name] ?? []).write(to: URL(fileURLWithPath: partial), options: .withoutOverwriting)
        if let mode { try manager.setAttributes([.posixPermissions: mode], ofItemAtPath: partial) }
      }
      for (path, partial) in partials {
        current = path
        guard rename(partial, path) == 0 else { throw CocoaError(.fileWriteUnknown) }
      }
    } catch {
      throw Failure(.unavailable, current, "can't be replaced", remedy: "check its permissions", detail: "\(error)")
    }
  }
}
