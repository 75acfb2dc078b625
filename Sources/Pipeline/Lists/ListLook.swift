// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GitStore
import KernelModel
import Ledger
import Settings

/// One look at a mailing list's archive: which of its epochs have mails that were not read.
struct ListLook {
  let ledger: LedgerStore
  let configuration: Configuration

  /// Records a job where there is something to read. Of a list that is seen for the first time nothing is read that came
  /// before, unless the configuration asks for it.
  ///
  /// - Returns: what was found, for people; nil where nothing came.
  /// - Throws: `Failure` if the archive can't be read.
  func look(at list: Configuration.List) async throws -> String? {
    let inbox = Inbox(list, configuration)
    let known = try await ledger.epochs(of: list.name)
    if let copy = InboxCopy(list, configuration) { try await copy.update(knowing: known, history: list.history) }
    let epochs = try inbox.epochs()
    guard let newest = epochs.last else { return nil }
    guard let known else {
      let (repository, tip) = try await inbox.open(newest)
      guard let tip else { return nil }
      guard !list.history else { return try await read(list, newest, tip) }
      try await ledger.follow(
        [], of: list.name, epoch: newest, tip: tip.description, seconds: await repository.time(of: tip))
      return "\(list.name): epoch \(newest), seen for the first time"
    }
    let last = known.keys.max() ?? 0
    for epoch in epochs where epoch >= last {
      guard let tip = try await inbox.open(epoch).tip, known[epoch]?.tip != tip.description else { continue }
      return try await read(list, epoch, tip)
    }
    return nil
  }

  private func read(_ list: Configuration.List, _ epoch: Int, _ tip: ObjectID) async throws -> String? {
    let input = String(decoding: try JSONEncoder().encode(MailReading.Input(list: list.name)), as: UTF8.self)
    let source = "list \(list.name)"
    // One that waits or runs reads what comes.
    guard try await !ledger.hasOpenJob(about: source) else { return nil }
    let key = "\(list.name) \(epoch) \(tip) \(Int(Date().timeIntervalSince1970))"
    try await ledger.add([JobDraft(kind: MailReading.kind, key: key, source: source, title: list.name, input: input)])
    return "\(list.name): mails came"
  }
}
