// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Sandbox
import Testing

/// A small Debian archive on disk, made with dpkg-deb and signed with a key of its own: apt is a real client of it.
struct LocalArchive {
  let folder: String
  /// What stands for the machine's `/etc/apt`.
  var machine: String { "\(folder)/etc" }
  var cache: String { "\(folder)/cache" }

  private static let containment = Containment()

  /// Makes the key and the machine's apt sources.
  init(_ folder: String) async throws {
    self.folder = folder
    try await sh(
      """
      mkdir -p etc/sources.list.d pool archive/dists archive/pool gnupg; chmod 700 gnupg
      for name in ours theirs; do
        gpg -q --homedir gnupg --batch --passphrase '' --quick-gen-key $name@example.org ed25519 sign never
        gpg -q --homedir gnupg --export $name@example.org >$name.gpg
      done
      """)
    try point(to: "file:\(folder)/archive")
  }

  /// Has the machine's apt sources name another address.
  func point(to uri: String) throws {
    let text = "deb [signed-by=\(folder)/ours.gpg] \(uri) bookworm main\n"
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(machine)/sources.list"))
  }

  /// Ends gpg's agent, which would outlive the test.
  func close() async throws { try await sh("gpgconf --homedir gnupg --kill all") }

  /// Runs a script in the archive's folder.
  func sh(_ script: String, _ arguments: [String] = []) async throws {
    let execution = try await Self.containment.run(
      Command(
        "sh", ["-euc", script, "sh"] + arguments, environment: ["LC_ALL": "C.UTF-8"], directory: folder, place: .host,
        mergesErrors: true))
    try #require(execution.succeeded, "\(execution.text)")
  }

  /// Adds a package: `script` makes its files below the folder that it is started in.
  func package(
    _ name: String, _ version: String, architecture: String = "all", depends: String = "", source: String = "",
    fields: String = "", script: String
  ) async throws {
    let control = """
      Package: \(name)
      Version: \(version)
      Architecture: \(architecture)
      Maintainer: Nobody <nobody@example.org>
      Description: test
      \(depends.isEmpty ? "" : "Depends: \(depends)\n")\(source.isEmpty ? "" : "Source: \(source)\n")\(fields)
      """
    try await sh(
      """
      rm -rf work; mkdir -p work/DEBIAN
      printf '%s\\n' "$1" | sed '/^$/d' >work/DEBIAN/control
      (cd work; eval "$2")
      dpkg-deb --root-owner-group -Znone --build work archive/pool >/dev/null
      """, [control, script])
  }

  /// Writes and signs the lists of a suite: all packages, or those whose file name fits a shell pattern.
  func publish(suite: String = "bookworm", only pattern: String = "*", key: String = "ours", extra: String = "")
    async throws
  {
    try await sh(
      """
      arch=$(dpkg --print-architecture)
      cd archive
      list=dists/$1/main/binary-$arch/Packages
      mkdir -p dists/$1/main/binary-$arch
      for deb in pool/$2.deb; do
        dpkg-deb -f $deb
        echo "Filename: $deb"
        echo "Size: $(stat -c %s $deb)"
        echo "SHA256: $(sha256sum $deb | cut -d' ' -f1)"
        printf '%s\\n' "$4" | sed '/^$/d'
        echo
      done >$list
      cat >Release <<END
      Origin: Debian
      Suite: stable
      Codename: $1
      Version: 12.0
      Date: $(date -Ru)
      Architectures: $arch
      Components: main
      SHA256:
       $(sha256sum $list | cut -d' ' -f1) $(stat -c %s $list) main/binary-$arch/Packages
      END
      rm -f dists/$1/InRelease
      gpg -q --homedir ../gnupg --batch -u $3@example.org --clearsign -o dists/$1/InRelease Release
      """, [suite, pattern, key, extra])
  }

  /// Image, modules and what belongs to both in three packages, the image not signed.
  private func splitImage(abi: String, version: String, release: String) async throws {
    let folder = "usr/lib/modules/\(release)"
    for (name, script) in [
      ("binary-unsigned", "mkdir -p \(folder); echo image >\(folder)/vmlinuz.unsigned"),
      ("modules", "mkdir -p \(folder)/kernel"),
      ("base", "mkdir -p \(folder); touch \(folder)/modules.order \(folder)/modules.builtin"),
    ] {
      try await package(
        "linux-\(name)-\(abi)-\(Self.architecture)", version, architecture: Self.architecture, source: "linux",
        script: script)
    }
  }

  /// Adds a kernel that builds "modules" with nothing but a shell; `split`: in the packages of newer releases.
  func kernel(abi: String, version: String, split: Bool = false) async throws {
    let release = "\(abi)-$(dpkg --print-architecture)"
    try await package(
      "linux-kbuild-9.1", version, architecture: Self.architecture, source: "linux",
      script: """
        mkdir -p usr/lib/linux-kbuild-9.1/scripts usr/src; ln -s ../lib/linux-kbuild-9.1 usr/src/linux-kbuild-9.1
        printf '#!/bin/sh\\necho module >"$1"\\n' >usr/lib/linux-kbuild-9.1/scripts/link
        chmod 755 usr/lib/linux-kbuild-9.1/scripts/link
        """)
    try await package(
      "linux-headers-\(abi)-common", version, source: "linux",
      script: """
        mkdir -p usr/src/linux-headers-\(abi)-common
        printf 'modules:\\n\\ttest -z "$(CONFIG_DEBUG_INFO_BTF_MODULES)"; scripts/link $(M)/trial.ko\\n' \
          >usr/src/linux-headers-\(abi)-common/Makefile
        """)
    try await package(
      "linux-headers-\(abi)-\(Self.architecture)", version, architecture: Self.architecture,
      depends: "linux-headers-\(abi)-common (= \(version)), linux-kbuild-9.1", source: "linux",
      script: """
        release=\(release); h=usr/src/linux-headers-$release; mkdir -p $h lib/modules/$release
        ln -s ../../lib/linux-kbuild-9.1/scripts $h/scripts; ln -s /$h lib/modules/$release/build
        echo 'include /usr/src/linux-headers-\(abi)-common/Makefile' >$h/Makefile
        printf 'CONFIG_MODULES=y\\nCONFIG_DEBUG_INFO_BTF_MODULES=y\\n' >$h/.config; touch $h/Module.symvers
        """)
    if split {
      try await splitImage(abi: abi, version: version, release: release)
    } else {
      try await package(
        "linux-image-\(abi)-\(Self.architecture)", version, architecture: Self.architecture, source: "linux-signed",
        script: """
          release=\(release); mkdir -p boot lib/modules/$release/kernel; echo image >boot/vmlinuz-$release
          chmod 600 boot/vmlinuz-$release; touch lib/modules/$release/modules.order lib/modules/$release/modules.builtin
          """)
    }
    try await package(
      "linux-source-9.1", version, source: "linux",
      script: """
        mkdir -p usr/src linux-source-9.1/kernel; echo '# \(version)' >linux-source-9.1/Makefile
        tar -cJf usr/src/linux-source-9.1.tar.xz linux-source-9.1; rm -r linux-source-9.1
        """)
  }

  #if arch(arm64)
    static let architecture = "arm64"
  #else
    static let architecture = "amd64"
  #endif
}

/// Runs `body` with a fresh archive; once more where apt itself says that it is worth another try.
func withLocalArchive(_ body: (LocalArchive) async throws -> Void) async throws {
  do {
    try await withOneLocalArchive(body)
  } catch let failure as Failure where failure.code == .tryAgain {
    try await withOneLocalArchive(body)
  }
}

private func withOneLocalArchive(_ body: (LocalArchive) async throws -> Void) async throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kmend-archive-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  let archive = try await LocalArchive(folder)
  do {
    try await body(archive)
  } catch {
    try? await archive.close()
    throw error
  }
  try await archive.close()
}
