// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import Foundation
import GitStore
import KernelModel
import MailFormat

/// The conversions in patches: a file of mails or of a diff, a folder of such files, or a public-inbox repository.
struct PatchHistory {
  /// A mail that is larger holds no patch that anybody reviews.
  private static let mailLimit = 8 << 20
  /// Files of one folder.
  private static let fileLimit = 100_000
  let workspace: Workspace
  let steps: Steps

  /// - Throws: `Failure`: `badInput` if there is nothing of that name, `unavailable` if the index can't be written.
  func prepare(_ path: String) async throws -> HistoryStore {
    var isFolder = ObjCBool(false)
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw Failure(.badInput, path, "no such file or folder")
    }
    return try await steps.measure("index", "opening the index of patches") {
      if isFolder.boolValue {
        let epochs = Self.epochs(path)
        if !epochs.isEmpty { return try await inbox(epochs, path) }
      }
      return try await files(isFolder.boolValue ? Self.files(below: path) : [path], path)
    }
  }

  // MARK: Files

  /// An index belongs to exactly these bytes.
  private func files(_ files: [String], _ name: String) async throws -> HistoryStore {
    guard !files.isEmpty else { throw Failure(.badInput, name, "holds no files") }
    var digest = ContentDigest()
    for file in files {
      try Task.checkCancellation()
      digest.add(file.utf8)
      if let bytes = Self.mapped(file) { bytes.withUnsafeBytes { digest.add($0) } }
    }
    let path = try IndexFolder(workspace).path(named: name, digest: digest, kind: "patches")
    if let store = try await HistoryStore.open(path, selection: "all") { return store }
    let writer = try await HistoryWriter.open(path) { steps.say("waiting for another process that reads patches") }
    var keys: [String] = []
    for (number, file) in files.enumerated() {
      steps.say("reading patches: file \(number + 1) of \(files.count)")
      guard let bytes = Self.mapped(file) else {
        keys.append(try await gap(file, writer))
        continue
      }
      let isMailbox = bytes.starts(with: "From ".utf8)
      let ranges = isMailbox ? bytes.withUnsafeBytes { Mbox.ranges(in: $0) } : [0..<bytes.count]
      for range in ranges {
        try Task.checkCancellation()
        guard range.count <= Self.mailLimit else {
          keys.append(try await gap("\(file) \(range.lowerBound)", writer))
          continue
        }
        let piece = [UInt8](bytes[range])
        let entry = isMailbox ? Mbox.entry(piece) : (envelope: [], text: piece)
        let patch = MailedPatch(
          entry.text, envelope: entry.envelope, name: URL(fileURLWithPath: file).lastPathComponent)
        keys.append(patch.commit.id)
        try await add(patch, as: patch.commit.id, to: writer)
      }
    }
    return try await selected(keys, "all", writer, path)
  }

  private static func mapped(_ file: String) -> Data? {
    try? Data(contentsOf: URL(fileURLWithPath: file), options: .alwaysMapped)
  }

  /// Regular files of a folder and of the folders in it, by path; neither hidden ones nor links.
  private static func files(below folder: String) -> [String] {
    let keys: Set<URLResourceKey> = [.isRegularFileKey]
    let walk = FileManager.default.enumerator(
      at: URL(fileURLWithPath: folder), includingPropertiesForKeys: Array(keys), options: [.skipsHiddenFiles])
    var files: [String] = []
    for case let url as URL in walk ?? .init() where files.count < fileLimit {
      if (try? url.resourceValues(forKeys: keys).isRegularFile) == true { files.append(url.path) }
    }
    return files.sorted()
  }

  // MARK: Public-inbox (public-inbox-v2-format(5))

  /// The repositories of an archive: itself, or its epochs `git/0.git`, `git/1.git`, …
  private static func epochs(_ path: String) -> [String] {
    func isRepository(_ path: String) -> Bool {
      ["HEAD", "objects"].allSatisfy { FileManager.default.fileExists(atPath: "\(path)/\($0)") }
    }
    if isRepository(path) { return [path] }
    if isRepository(path + "/.git") { return [path + "/.git"] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path + "/git")) ?? []
    let epochs = names.compactMap { name in name.hasSuffix(".git") ? Int(name.dropLast(4)).map { ($0, name) } : nil }
    return epochs.sorted { $0.0 < $1.0 }.map { "\(path)/git/\($0.1)" }.filter(isRepository)
  }

  /// The index grows with the archive: a commit of it holds one mail.
  private func inbox(_ epochs: [String], _ name: String) async throws -> HistoryStore {
    let path = try IndexFolder(workspace).path(of: name, kind: "mails")
    var tips: [(repository: Repository, tip: ObjectID)] = []
    for epoch in epochs {
      let repository = try Repository.open(epoch)
      tips.append((repository, try await repository.resolve("HEAD")))
    }
    let selection = tips.map(\.tip.description).joined(separator: " ")
    if let store = try await HistoryStore.open(path, selection: selection) { return store }
    let writer = try await HistoryWriter.open(path) { steps.say("waiting for another process that reads mails") }
    var keys: [String] = []
    for (repository, tip) in tips {
      let commits = try await repository.commits(from: nil, to: tip)
      keys += commits.map(\.description)
      let missing = try await writer.missing(commits.map(\.description)).compactMap { try? ObjectID($0) }
      for (number, commit) in missing.enumerated() {
        try Task.checkCancellation()
        if number.isMultiple(of: 500) { steps.say("reading mails: \(number) of \(missing.count)") }
        // `d` in place of `m` says that a mail was taken back.
        guard let bytes = try? await repository.bytes("m", in: commit, limit: Self.mailLimit) else {
          let isTakenBack = (try? await repository.bytes("d", in: commit, limit: Self.mailLimit)) != nil
          _ = try await gap(commit.description, writer, unreadable: isTakenBack ? 0 : 1)
          continue
        }
        try await add(MailedPatch(bytes), as: commit.description, to: writer)
      }
    }
    return try await selected(keys, selection, writer, path)
  }

  // MARK: Both

  /// - Parameter key: what the index finds it by.
  private func add(_ patch: MailedPatch, as key: String, to writer: HistoryWriter) async throws {
    guard try await !writer.missing([key]).isEmpty else { return }
    let large = await writer.add(patch.texts)
    try await writer.finish(
      patch.commit, key: key, message: patch.message,
      unreadable: large + (patch.isBroken ? 1 : 0))
  }

  private func gap(_ key: String, _ writer: HistoryWriter, unreadable: Int = 1) async throws -> String {
    if try await !writer.missing([key]).isEmpty {
      try await writer.finish(CommitName(id: key, subject: ""), message: "", unreadable: unreadable)
    }
    return key
  }

  private func selected(
    _ keys: [String], _ selection: String, _ writer: HistoryWriter, _ path: String
  ) async throws -> HistoryStore {
    try await writer.select(keys, as: selection)
    guard let store = try await HistoryStore.open(path, selection: selection) else {
      throw Failure(.tryAgain, path, "can't be read after it was written", remedy: "remove it")
    }
    return store
  }
}
