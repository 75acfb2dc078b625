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
  ///   - proposed: what the commit stands for, where it is none of a real tree.
  ///   - scratch: a folder of this run, on the disk of the kernels.
  /// - Throws: `Failure`: `badInput` if there is no such commit, `unavailable` if its headers do not fit the kernel's.
  init(
    _ name: String, of tree: String, over kernel: Kernel, proposed: ChangeReport.Cause? = nil, workspace: Workspace,
    steps: Steps, scratch: String
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
    changed.identity.name += proposed == nil ? "+\(short)" : "+proposed"
    (changed.image, changed.modules, changed.source) = (nil, nil, nil)
    if changed.provesLinking { changed.makeVariables.append(BuildProtocol.warnsOfUndefined) }
    for (number, mount) in kernel.mounts.enumerated() {
      let copy = "\(scratch)/kernel-\(number)"
      do {
        try FileManager.default.linkItem(atPath: mount.host, toPath: copy)
      } catch {
        // Another disk, or another user's files.
        try? FileManager.default.removeItem(atPath: copy)
        try FileManager.default.copyItem(atPath: mount.host, toPath: copy)
      }
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
    for path in headers.gone.values { try Self.replace(path, of: changed, with: nil) }
    for (path, text) in texts { try Self.replace(path, of: changed, with: text) }
    self.kernel = changed
    cause = proposed ?? ChangeReport.Cause(commit: commit.description, subject: change.subject, release: "")
    let origin = RuleOrigin.trees(repository: tree, from: parent.description, to: commit.description)
    trees = TreeDeclarations(store: try await RuleOrigins(workspace: workspace, steps: steps).open(origin).0.trees)
  }

  /// Puts another text in the place of a file of the copy, whose own is the kernel's as well.
  private static func replace(_ path: String, of kernel: Kernel, with text: SourceText?) throws {
    guard let place = kernel.hostPath(of: path) else { return }
    let (files, url) = (FileManager.default, URL(fileURLWithPath: place))
    let folder = url.deletingLastPathComponent()
    if !files.fileExists(atPath: folder.path) {
      try files.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    guard kernel.holds(place), kernel.holds(folder.path + "/x") else {
      throw Failure(.unavailable, path, "is reached by a link that leads out of the kernel")
    }
    if try files.fileExists(atPath: place) && url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true {
      throw Failure(.badInput, path, "is a folder in the kernel")
    }
    if files.fileExists(atPath: place) { try files.removeItem(at: url) }
    if let text { try Data(text).write(to: url, options: .withoutOverwriting) }
  }

  /// The release that the commit is going to be in: the one after what its Makefile says, which is on its way or done.
  private static func release(of commit: ObjectID, in repository: Repository) async throws -> KernelVersion? {
    guard let makefile = try await repository.bytes("Makefile", in: commit, limit: 1 << 20) else { return nil }
    let lines = String(decoding: makefile.prefix(4096), as: UTF8.self).split(separator: "\n").map { line in
      line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
    }
    let numbers = BuildProtocol.versionVariables.compactMap { name in
      lines.first { $0.first == name && $0.count == 2 }.flatMap { Int($0[1]) }
    }
    guard numbers.count == BuildProtocol.versionVariables.count, numbers.prefix(2).allSatisfy((0..<255).contains) else {
      return nil
    }
    return KernelVersion([numbers[0], numbers[1] + 1, 0])
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
