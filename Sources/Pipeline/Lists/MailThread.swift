// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GitStore
import KernelModel
import MailFormat
import NetTransfer
import Settings

/// Where a mail is in a server's archive.
struct MailPlace {
  /// Of the mail, without what follows its Message-ID.
  let url: RemotePlace
  let id: MessageID

  /// Reads the URL of a mail or of its thread as people copy it from their browsers:
  /// `https://lore.example.org/LIST/MESSAGE-ID/`, perhaps with `T/#u`, `raw`, `t.mbox.gz` and the like behind it.
  ///
  /// - Throws: `Failure` (`badInput`) for other texts.
  init(_ text: String) throws {
    var rest = String(text.prefix { $0 != "#" && $0 != "?" })
    for tail in ["/", "/T", "/t", "/raw", "/t.mbox.gz", "/t.mbox", "/t.atom"] where rest.hasSuffix(tail) {
      rest.removeLast(tail.count)
      if tail == "/" { continue }
      break
    }
    guard let name = rest.split(separator: "/").last?.removingPercentEncoding, let id = MessageID("<\(name)>") else {
      throw Failure(.badInput, text, "names no mail", remedy: "give its URL in a public-inbox archive")
    }
    (url, self.id) = (try RemotePlace(rest), id)
  }

  /// Of a mail that a watched list may have; nil for a list of this machine, and what is no Message-ID.
  init?(_ id: String, in list: Configuration.List) {
    guard RemotePlace.isRemote(list.inbox), let id = MessageID(id) else { return nil }
    let inbox = list.inbox.hasSuffix("/") ? list.inbox : list.inbox + "/"
    // As public-inbox escapes it (RFC 3986, section 3.3).
    let allowed = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: "/"))
    guard let name = id.description.dropFirst().dropLast().addingPercentEncoding(withAllowedCharacters: allowed),
      let url = try? RemotePlace(inbox + name)
    else { return nil }
    (self.url, self.id) = (url, id)
  }
}

/// A series in a server's archive, by one of its mails: `MESSAGE-ID/t.mbox.gz`.
struct MailThread {
  /// For so long a thread is not asked for again, in seconds.
  private static let freshness = 600.0
  private static let packed = 16 << 20
  private static let unpacked = 64 << 20
  let workspace: Workspace

  /// The patches of the series that a mail is of, in their order, as an mbox in the cache.
  ///
  /// - Throws: `Failure`: `badInput` if the archive has no such mail, or it is no patch nor an answer to one, `tryAgain` if
  ///   the server can't be read.
  func series(at place: MailPlace) async throws -> String {
    let folder = workspace.cache + "/threads"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let file = URL(fileURLWithPath: "\(folder)/\(try Diffing.blobID(Array(place.url.url.utf8))).mbox")
    let age = try? file.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate?
      .timeIntervalSinceNow
    if let age, -age < Self.freshness { return file.path }
    let url = place.url.url + "/t.mbox.gz"
    let response = try await HTTPClient.kmend.get(url, limit: Self.packed)
    guard let body = response.body else { throw Failure(.tryAgain, url, "is answered by nothing") }
    let thread = Mbox.messages(try await response.unpacked(body, from: url, limit: Self.unpacked))
    let series = Self.series(of: place.id, in: thread)
    guard !series.isEmpty else {
      throw Failure(.badInput, place.url.url, "is neither a patch nor an answer to one")
    }
    try Data(Mbox.bytes(series)).write(to: file, options: .atomic)
    return file.path
  }

  /// The mails of a thread that are patches of one series, or its cover letter.
  static func series(of id: MessageID, in thread: [Message]) -> [Message] {
    let byID = Dictionary(
      thread.compactMap { mail in mail["Message-ID"].flatMap { MessageID($0) }.map { ($0, mail) } },
      uniquingKeysWith: { first, _ in first })
    // An answer means the patch that it answers.
    var (asked, seen) = (byID[id], Set<MessageID>())
    while let mail = asked, PatchSubject(mail["Subject"] ?? "") == nil {
      guard let parent = mail["In-Reply-To"].flatMap({ MessageID($0) }), seen.insert(parent).inserted else { return [] }
      asked = byID[parent]
    }
    guard let asked, let subject = PatchSubject(asked["Subject"] ?? "") else { return [] }
    guard subject.count > 1 || subject.number == 0 else { return [asked] }
    var found: [Int: Message] = [:]
    for mail in thread {
      guard let other = PatchSubject(mail["Subject"] ?? ""), other.version == subject.version,
        other.count == subject.count,
        MailReading.address(mail["From"] ?? "") == MailReading.address(asked["From"] ?? "")
      else { continue }
      found[other.number] = found[other.number] ?? mail
    }
    found[subject.number] = asked
    return found.sorted { $0.key < $1.key }.map(\.value)
  }
}
