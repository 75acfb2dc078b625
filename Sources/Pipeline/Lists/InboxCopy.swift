// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GitStore
import KernelModel
import NetTransfer
import Settings

/// The copy of a server's public-inbox: of the epochs that are read, as shallow as can be, and only what its manifest
/// says has moved.
struct InboxCopy {
  /// Of an epoch that is known but not here (somebody removed the copy), so many seconds before the last mail are
  /// fetched again.
  private static let overlap = 86_400
  private static let limit = 16 << 20
  private let place: RemotePlace
  private let folder: String

  /// Nil for an inbox of this machine.
  init?(_ list: Configuration.List, _ configuration: Configuration) {
    let url = list.inbox.hasSuffix("/") ? String(list.inbox.dropLast()) : list.inbox
    guard let place = try? RemotePlace(url) else { return nil }
    (self.place, folder) = (place, "\(configuration.inboxes)/\(list.name)")
  }

  /// Fetches what is new.
  ///
  /// - Parameters:
  ///   - known: epochs that were read, and when the last mail of each came; nil at the first look.
  ///   - history: whether the first look wants all epochs, and all of each.
  /// - Throws: `Failure`: `badInput` if there is no inbox of version 2, `tryAgain` if the server can't be read.
  func update(knowing known: [Int: (tip: String, seconds: Int)]?, history: Bool) async throws {
    var seen = seen()
    var isWhole = true
    for epoch in seen.fingerprints.keys where await !isHere(epoch) { isWhole = false }
    guard let manifest = try await manifest(changedAfter: isWhole ? seen.modified : nil) else { return }
    let newest = manifest.fingerprints.keys.max()
    let wanted = manifest.fingerprints.keys.sorted().filter { epoch in
      if let last = known?.keys.max() { return epoch >= last }
      return history || epoch == newest
    }
    try FileManager.default.createDirectory(atPath: folder + "/git", withIntermediateDirectories: true)
    for epoch in wanted {
      let fingerprint = manifest.fingerprints[epoch] ?? ""
      let isFetched = await isHere(epoch)
      guard fingerprint.isEmpty || seen.fingerprints[epoch] != fingerprint || !isFetched else { continue }
      try await fetch(epoch, since: known?[epoch]?.seconds, shallow: known == nil && !history)
      seen.fingerprints[epoch] = manifest.fingerprints[epoch]
      try remember(seen)
    }
    seen.modified = manifest.modified
    try remember(seen)
  }

  private func path(_ epoch: Int) -> String { "\(folder)/git/\(epoch).git" }

  /// What was begun and has no mail yet is not.
  private func isHere(_ epoch: Int) async -> Bool { (try? await Repository.open(path(epoch)).resolve("HEAD")) != nil }

  private func fetch(_ epoch: Int, since seconds: Int?, shallow: Bool) async throws {
    let source = try RemotePlace("\(place.url)/git/\(epoch).git")
    if let seconds, await !isHere(epoch) {
      // Where no mail is newer, by the clocks of those who sent them, git takes that for an error.
      let newer = Repository.Depth.since(seconds - Self.overlap)
      if (try? await Repository.mirrorHead(of: source, at: path(epoch), depth: newer)) != nil { return }
    }
    try await Repository.mirrorHead(of: source, at: path(epoch), depth: shallow ? .newest : .whole)
  }

  // MARK: The manifest

  /// What was fetched: a fingerprint stands for all refs of an epoch.
  private struct Seen: Codable {
    /// In the server's words; nil where it does not say.
    var modified: String?
    var fingerprints: [Int: String] = [:]
  }

  /// An entry of `manifest.js.gz`, as grokmirror and public-inbox write it.
  private struct Entry: Decodable { var fingerprint: String? }

  private var memory: URL { URL(fileURLWithPath: folder + "/fetched.json") }

  private func seen() -> Seen {
    guard let bytes = try? Data(contentsOf: memory) else { return Seen() }
    return (try? JSONDecoder().decode(Seen.self, from: bytes)) ?? Seen()
  }

  private func remember(_ seen: Seen) throws { try JSONEncoder().encode(seen).write(to: memory, options: .atomic) }

  /// Nil where nothing moved.
  private func manifest(changedAfter time: String?) async throws -> Seen? {
    let url = place.url + "/manifest.js.gz"
    let response = try await HTTPClient.kmend.get(url, limit: Self.limit, changedAfter: time)
    guard let body = response.body else { return nil }
    let text = try await response.unpacked(body, from: url, limit: Self.limit)
    guard let entries = try? JSONDecoder().decode([String: Entry].self, from: Data(text)) else {
      throw Failure(.badInput, url, "is no manifest of repositories")
    }
    let epochs = entries.compactMap { path, entry -> (Int, String)? in
      guard let name = path.firstMatch(of: /\/git\/(\d{1,6})\.git$/), let epoch = Int(name.1) else { return nil }
      return (epoch, entry.fingerprint ?? "")
    }
    // That of a list without a mail is empty.
    guard entries.isEmpty || !epochs.isEmpty else {
      throw Failure(.badInput, place.url, "is no public-inbox of version 2: its manifest names no epoch")
    }
    return Seen(modified: response.modified, fingerprints: Dictionary(epochs, uniquingKeysWith: { first, _ in first }))
  }
}

extension HTTPClient {
  /// Servers are told who asks.
  static let kmend = HTTPClient(agent: "kmend/\(Release.version)")
}

extension HTTPResponse {
  /// A body that is a gzip file.
  ///
  /// - Throws: `Failure`: `tryAgain` for a page that stands in its place (some servers ask people to prove that they
  ///   are no program, and answer programs with a page), `badInput` for other bytes.
  func unpacked(_ body: [UInt8], from url: String, limit: Int) async throws -> [UInt8] {
    guard type != "text/html" else {
      throw Failure(
        .tryAgain, url, "is answered by a web page", remedy: "see in a browser what the server asks for, or use another"
      )
    }
    return try await Gunzip.unpack(body, from: url, limit: limit)
  }
}
