// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import Sandbox

/// Takes Debian packages apart, in the sandbox.
struct Unpacking: Sendable {
  let containment: Containment

  /// Everything that Kbuild needs ends up below `usr/src`, so that one mount shows it, and the image
  /// where it always was: kernels that come in several packages have it among their modules.
  private static let script = """
    umask 022
    cd /kernel
    mkdir root
    for deb in /packages/*.deb; do dpkg-deb -x "$deb" root; done
    cd root
    for tools in usr/lib/linux-kbuild-*; do
      [ -d "$tools" ] || continue
      rm -f "usr/src/${tools##*/}"
      mv "$tools" usr/src/
    done
    for link in usr/src/*/*; do
      [ -L "$link" ] || continue
      target=$(readlink "$link")
      case $target in ../../lib/linux-kbuild-*) ln -sfn "../${target#../../lib/}" "$link" ;; esac
    done
    if [ -d usr/lib/modules ]; then
      mkdir -p lib/modules
      cp -a usr/lib/modules/. lib/modules/
      rm -rf usr/lib/modules
    fi
    rm -rf usr/share
    for image in "lib/modules/$RELEASE/vmlinuz" "lib/modules/$RELEASE/vmlinuz.unsigned"; do
      if [ -f "$image" ] && ! [ -e "boot/vmlinuz-$RELEASE" ]; then
        mkdir -p boot
        mv "$image" "boot/vmlinuz-$RELEASE"
      fi
    done
    chmod -R u+rwX,go+rX .
    if [ -d "lib/modules/$RELEASE/kernel" ] && ! [ -s "lib/modules/$RELEASE/modules.dep" ]; then
      depmod -b /kernel/root "$RELEASE"
    fi
    if [ -f /source.deb ]; then
      mkdir /kernel/source
      dpkg-deb --fsys-tarfile /source.deb | tar -xO --wildcards './usr/src/linux-source-*.tar.*' >/kernel/source.tar
      tar -x -f /kernel/source.tar -C /kernel/source --strip-components=1 --no-same-owner
      rm /kernel/source.tar
      chmod -R u+rwX,go+rX /kernel/source
    fi
    """
  private static let sizes = """

    count() { [ ! -e "/kernel/$2" ] || echo "$1 $(du -s -B1 "/kernel/$2" | cut -f1)"; }
    count headers root/usr/src
    count headers build
    count image root/boot
    count modules root/lib/modules
    count source source
    """

  /// Unpacks a kernel's packages into `folder`: `root` and, where there is a source package, `source`.
  ///
  /// - Returns: what there is and its size.
  /// - Throws: `Failure`: `tryAgain` without space, `badInput` for what is no package.
  func kernel(
    packages: [String], source: String?, release: String, into folder: String
  ) async throws -> [StoredKernel.Part] {
    var mounts = packages.enumerated().map { number, file in
      View.Mount.readOnly(host: file, inside: "/packages/\(number).deb")
    }
    if let source { mounts.append(.readOnly(host: source, inside: "/source.deb")) }
    let execution = try await run(
      Self.script + Self.sizes, mounts + [.writable(host: folder, inside: "/kernel")], release: release)
    guard execution.succeeded else { throw Self.failure(release, execution) }
    return Self.parts(execution.text)
  }

  /// What there is in a kernel's folder and its size.
  func sizes(of folder: String) async throws -> [StoredKernel.Part] {
    Self.parts(try await run(Self.sizes, [.readOnly(host: folder, inside: "/kernel")]).text)
  }

  /// Unpacks one package into an empty folder.
  ///
  /// - Throws: as `kernel`.
  func package(_ file: String, into folder: String) async throws {
    let execution = try await run(
      "umask 022; dpkg-deb -x /package.deb /out && chmod -R u+rwX,go+rX /out",
      [.readOnly(host: file, inside: "/package.deb"), .writable(host: folder, inside: "/out")])
    guard execution.succeeded else { throw Self.failure(file, execution) }
  }

  private func run(_ script: String, _ mounts: [View.Mount], release: String = "") async throws -> Execution {
    try await containment.run(
      Command(
        "sh", ["-euc", script], environment: ["LC_ALL": "C.UTF-8", "RELEASE": release],
        place: .contained(View(mounts: mounts)), limits: Limits(seconds: 900, fileSize: 8 << 30)))
  }

  /// Reads lines such as `headers 1234`.
  static func parts(_ text: String) -> [StoredKernel.Part] {
    text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count == 2, let kind = StoredKernel.Part.Kind(rawValue: String(words[0])), let bytes = Int(words[1])
      else { return nil }
      return StoredKernel.Part(kind: kind, bytes: bytes)
    }
  }

  private static func failure(_ subject: String, _ execution: Execution) -> Failure {
    let detail = execution.text + execution.errorText
    if DownloadProblem(detail) == .full {
      return Failure(.tryAgain, subject, "no space left to unpack it", remedy: "free some space", detail: detail)
    }
    return Failure(.badInput, subject, "can't be unpacked (\(execution.exit))", detail: detail)
  }
}
