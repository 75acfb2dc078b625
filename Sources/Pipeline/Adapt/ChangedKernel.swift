// SPDX-License-Identifier: GPL-2.0-or-later

import Correspondence
import Foundation
import GitStore
import KernelBuild
import KernelModel

/// A kernel at hand with the headers of a commit laid over its own: what a driver meets once the commit is there. No
/// such kernel was ever built: nothing links to it, and it does not boot.
struct ChangedKernel {
  /// Hexadecimal digits of a commit, as kernel people write them.
  private static let digits = 12
  let kernel: Kernel
  /// The commit; no release has it yet.
  let cause: ChangeReport.Cause
  /// What the commit and its parent declare, and what it converted.
  let trees: TreeDeclarations

  /// - Parameters:
  ///   - name: whatever names a commit of the repository in the folder `tree`.
  ///   - scratch: a folder of this run, on the disk of the kernels.
  /// - Throws: `Failure`: `badInput` if there is no such commit, `unavailable` if its headers do not fit the kernel's.
  init(
    _ name: String, of tree: String, over kernel: Kernel, workspace: Workspace, steps: Steps, scratch: String
  ) async throws {
    let repository = try Repository.open(tree)
    let commit = try await repository.resolve(name)
    let change = try await repository.change(by: commit) { _ in false }
    let short = String(commit.description.prefix(Self.digits))
    guard let parent = change.parents.first, change.parents.count == 1 else {
      throw Failure(.badInput, short, "is a merge or has no parent", remedy: "name a commit that changes something")
    }
    let headers = try await LaidHeaders(of: commit, in: repository, over: kernel, roots: kernel.headerRoots)
    guard headers.left.isEmpty else {
      throw Failure(
        .unavailable, kernel.identity.name,
        "has \(headers.left.sorted().prefix(3).joined(separator: ", ")) otherwise than \(short) says",
        remedy: "add a kernel that is nearer to it")
    }
    var changed = kernel
    changed.identity.name += "+\(short)"
    (changed.image, changed.modules, changed.source) = (nil, nil, nil)
    if changed.provesLinking { changed.makeVariables.append(BuildProtocol.warnsOfUndefined) }
    for (number, mount) in kernel.mounts.enumerated() {
      let copy = "\(scratch)/kernel-\(number)"
      try FileManager.default.linkItem(atPath: mount.host, toPath: copy)
      changed.mounts[number].host = copy
    }
    var texts = headers.texts
    if let release = try await Self.release(of: commit, in: repository),
      let own = KernelVersion(kernel.identity.sourceVersion), own < release
    {
      // Conditions on the release ask for the one that the commit is going to be in.
      changed.identity.sourceVersion = release.description
      let path = "\(kernel.buildDirectory)/\(BuildProtocol.generatedHeaders)/\(BuildProtocol.versionHeader)"
      if let header = kernel.hostPath(of: path).flatMap({ FileManager.default.contents(atPath: $0) }) {
        texts[path] = Self.header([UInt8](header), saying: release)
      }
    }
    for path in headers.gone { try changed.hostPath(of: path).map(FileManager.default.removeItem) }
    for (path, text) in texts {
      guard let place = changed.hostPath(of: path) else { continue }
      let url = URL(fileURLWithPath: place)
      // The file itself is the kernel's own.
      try? FileManager.default.removeItem(at: url)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text).write(to: url)
    }
    self.kernel = changed
    cause = ChangeReport.Cause(commit: commit.description, subject: change.subject, release: "")
    let origin = RuleOrigin.trees(repository: tree, from: parent.description, to: commit.description)
    trees = TreeDeclarations(store: try await RuleOrigins(workspace: workspace, steps: steps).open(origin).0.trees)
  }

  /// What the commit's Makefile says; for a release candidate the release that it leads to.
  private static func release(of commit: ObjectID, in repository: Repository) async throws -> KernelVersion? {
    guard let makefile = try await repository.bytes("Makefile", in: commit, limit: 1 << 20) else { return nil }
    let lines = String(decoding: makefile.prefix(4096), as: UTF8.self).split(separator: "\n").map { line in
      line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
    }
    let numbers = BuildProtocol.versionVariables.compactMap { name in
      lines.first { $0.first == name && $0.count == 2 }.flatMap { Int($0[1]) }
    }
    return numbers.count == BuildProtocol.versionVariables.count ? KernelVersion(numbers) : nil
  }

  /// The header with the numbers of another release.
  private static func header(_ text: [UInt8], saying release: KernelVersion) -> SourceText {
    let numbers = release.numbers
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map {
      line -> String in
      let words = line.split(separator: " ")
      guard words.count == 3, words[0] == "#define", Int(words[2]) != nil else { return String(line) }
      if words[1] == BuildProtocol.versionCode {
        return "#define \(words[1]) \(numbers[0] << 16 + numbers[1] << 8 + min(255, numbers[2]))"
      }
      let index = BuildProtocol.versionSuffixes.firstIndex { words[1].hasSuffix($0) }
      return index.map { "#define \(words[1]) \(numbers[$0])" } ?? String(line)
    }
    return SourceText(lines.joined(separator: "\n").utf8)
  }
}
