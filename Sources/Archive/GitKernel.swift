// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Sandbox

/// Makes a kernel of a commit of a git repository and a configuration: headers and build tools, but no symbols to link to.
struct GitKernel: Sendable {
  let store: KernelStore
  let request: KernelRequest
  let repository: String
  let reference: String
  let config: String

  /// What an exported and prepared tree takes on disk.
  private static let needed = 3_000_000_000
  /// No configuration but git's own defaults; the command line is the only place that may say whose folders are safe.
  private static let git = ["-c", "safe.directory=*", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"]
  private static let environment = [
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8",
    "GIT_ALLOW_PROTOCOL": "https:http:git:ssh:file", "GIT_NO_REPLACE_OBJECTS": "1",
  ]

  func add(progress: @Sendable (String) -> Void) async throws -> Kernel {
    if config.hasPrefix("/"), configuration == nil { throw Failure(.badInput, config, "no such configuration file") }
    guard !repository.hasPrefix("/") else {
      return try await make(from: try GitFolder(repository), reference: reference, progress: progress)
    }
    let id = CacheFolder.fileName("clone-\(repository)-\(reference)")
    let clone = "\(store.cache.kernels)/.\(id)%part"
    return try await FileLock.hold(id, in: store.cache, progress: progress) {
      defer { try? CacheFolder.remove(clone) }
      try CacheFolder.remove(clone)
      try CacheFolder.make(clone)
      progress("fetching \(reference) from \(repository)")
      try await fetch(into: clone)
      return try await make(from: try GitFolder(clone), reference: "FETCH_HEAD", progress: progress)
    }
  }

  /// Bytes of the configuration file; nil where a make target is meant, or there is none.
  private var configuration: [UInt8]? {
    config.hasPrefix("/") ? FileManager.default.contents(atPath: config).map { Array($0.prefix(16 << 20)) } : nil
  }

  private func fetch(into clone: String) async throws {
    for arguments in [
      ["init", "-q", "--bare", "--shared=all", "--template=", clone],
      [
        "--git-dir=\(clone)", "-c", "transfer.fsckObjects=true", "fetch", "-q", "--depth=1", "--no-tags", "--",
        repository, reference,
      ],
    ] {
      let execution = try await store.containment.run(
        Command(
          "git", Self.git + arguments, environment: Self.environment, place: .host,
          limits: Limits(seconds: 3600, fileSize: 8 << 30), mergesErrors: true))
      guard execution.succeeded else {
        throw Failure(
          .unavailable, repository, "git can't fetch \(reference)",
          remedy: "check the address, the name and the network",
          detail: execution.text)
      }
    }
  }

  private func make(
    from source: GitFolder, reference: String, progress: @Sendable (String) -> Void
  ) async throws -> Kernel {
    let commit = try await resolve(reference, in: source)
    let isHash = self.reference.count >= 12 && self.reference.allSatisfy(\.isHexDigit)
    let plain = String(
      (isHash ? String(commit.prefix(12)) : self.reference).map {
        $0.isASCII && ($0.isLetter || $0.isNumber || ".-_".contains($0)) ? $0 : "-"
      })
    let name = try store.freeName(plain, for: request)
    let construction = Construction(store: store, name: name, version: String(commit.prefix(12)))
    return try await construction.kernel(progress: progress) { folder in
      try store.cache.reserve(Self.needed)
      progress("exporting commit \(commit.prefix(12))")
      try await export(commit, from: source, into: folder)
      progress("preparing the tree for building modules")
      let kernel = try await prepare(folder, name: name)
      let prepared = try await PreparedBuild(containment: store.containment).equip(kernel, progress: progress)
      return StoredKernel(
        kernel: prepared, parts: try await Unpacking(containment: store.containment).sizes(of: folder),
        packages: [], commit: commit)
    }
  }

  private func resolve(_ reference: String, in source: GitFolder) async throws -> String {
    let execution = try await store.containment.run(
      Command(
        "git",
        Self.git + [
          "--git-dir=\(source.inside)", "rev-parse", "--verify", "--end-of-options", "\(reference)^{commit}",
        ],
        environment: Self.environment,
        place: .contained(View(mounts: [.readOnly(host: source.folder, inside: GitFolder.mount)]))))
    let commit = execution.text[...].trimmed
    guard execution.succeeded, commit.count >= 40, commit.allSatisfy(\.isHexDigit) else {
      throw Failure(
        .badInput, repository, "no commit \(self.reference)", remedy: "name a branch, a tag or a commit of it",
        detail: execution.errorText)
    }
    return String(commit)
  }

  /// Writes the files of a commit as they are stored.
  ///
  /// A repository of its own reads the objects, so that neither the configuration nor the hooks of the stranger's count;
  /// its attributes outrank those of the tree and name no filter and no substitution.
  private func export(_ commit: String, from source: GitFolder, into folder: String) async throws {
    let script = """
      git init -q --bare --template= --object-format=$FORMAT /tmp/git
      mkdir -p /tmp/git/info /tmp/git/objects/info
      echo \(GitFolder.mount)/objects >/tmp/git/objects/info/alternates
      echo '* -export-subst -export-ignore -filter -text -eol -ident -working-tree-encoding' >/tmp/git/info/attributes
      git --git-dir=/tmp/git archive --format=tar -o /kernel/source.tar "$COMMIT"
      mkdir /kernel/source
      tar -x -f /kernel/source.tar -C /kernel/source --no-same-owner
      rm /kernel/source.tar
      test -f /kernel/source/Makefile && test -f /kernel/source/Kconfig
      """
    let view = View(mounts: [
      .readOnly(host: source.folder, inside: GitFolder.mount), .writable(host: folder, inside: "/kernel"),
    ])
    let environment = Self.environment.merging(
      ["COMMIT": commit, "FORMAT": commit.count == 64 ? "sha256" : "sha1"], uniquingKeysWith: { $1 })
    let execution = try await store.containment.run(
      Command(
        "sh", ["-euc", script], environment: environment, place: .contained(view),
        limits: Limits(seconds: 900, fileSize: 8 << 30), mergesErrors: true))
    guard execution.succeeded else {
      throw Failure(
        .badInput, repository, "commit \(commit.prefix(12)) can't be exported as a kernel tree (\(execution.exit))",
        remedy: "name a complete kernel repository; one that borrows objects needs git repack -a -d first",
        detail: execution.text)
    }
  }

  private func prepare(_ folder: String, name: String) async throws -> Kernel {
    let source = "/usr/src/linux-\(name)"
    let build = source + "-build"
    try CacheFolder.make("\(folder)/build")
    var mounts: [View.Mount] = [
      .readOnly(host: "\(folder)/source", inside: source), .writable(host: "\(folder)/build", inside: build),
    ]
    if let configuration { mounts.append(.file(inside: "/config", bytes: configuration, executable: false)) }
    let script = """
      if [ -f /config ]; then cp /config "$1/.config"; else make -C "$0" O="$1" "$2"; fi
      chmod u+w "$1/.config"
      make -C "$0" O="$1" olddefconfig
      make -C "$0" O="$1" -j"$(nproc)" modules_prepare
      chmod -R u+rwX,go+rX "$1"
      """
    let execution = try await store.containment.run(
      Command(
        "sh", ["-euc", script, source, build, config], environment: ["LC_ALL": "C.UTF-8"],
        place: .contained(View(mounts: mounts)), limits: Limits(seconds: 3600), mergesErrors: true))
    let printed = try Harvest("\(folder)/build").bytes("include/config/kernel.release", limit: 256) ?? []
    let release = String(String(decoding: printed, as: UTF8.self)[...].trimmed)
    guard execution.succeeded, !release.isEmpty else {
      throw Failure(
        .badInput, request.description, "make olddefconfig modules_prepare fails (\(execution.exit))",
        remedy: "look at the log; flex, bison, bc, libelf-dev and libssl-dev must be installed", detail: execution.text)
    }
    return Kernel(
      identity: KernelIdentity(
        request: request.description, name: name, release: release, sourceVersion: release,
        architecture: try await store.apt.architecture()),
      mounts: [
        KernelMount(host: "\(folder)/build", inside: build), KernelMount(host: "\(folder)/source", inside: source),
      ], buildDirectory: build, source: "\(folder)/source")
  }
}
