// SPDX-License-Identifier: GPL-2.0-or-later

/// Which kernel, beyond doubt.
///
/// Headers, image and source of one kernel come from the same source version.
package struct KernelIdentity: Codable, Hashable, Sendable {
  /// How the user asked for it, e.g. `debian:6.12`, `debian:6.12/cloud-amd64=6.12.117-1~deb12u1`, `local:/path`.
  package var request: String
  /// Short name used on command lines and in reports, e.g. `6.12`. Unique among the kernels of one cache.
  package var name: String
  /// What `uname -r` prints on it, e.g. `6.12.117+deb12-amd64`.
  package var release: String
  /// Version of the source package, e.g. `6.12.117-1~deb12u1`; for a local build the `make kernelversion` text.
  package var sourceVersion: String
  /// Debian suite that served it, e.g. `bookworm-security`; empty for a local build.
  package var suite: String
  /// Kernel flavour, e.g. `amd64` or `cloud-amd64`; empty for a local build.
  package var flavour: String
  /// Debian architecture name, e.g. `amd64`.
  package var architecture: String
  /// The compiler that Kbuild uses for it, e.g. `gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0`.
  package var compiler: String

  package init(
    request: String, name: String, release: String, sourceVersion: String, suite: String = "", flavour: String = "",
    architecture: String = "amd64", compiler: String = ""
  ) {
    self.request = request
    self.name = name
    self.release = release
    self.sourceVersion = sourceVersion
    self.suite = suite
    self.flavour = flavour
    self.architecture = architecture
    self.compiler = compiler
  }
}

/// A kernel that drivers can be built against, and where its parts lie on this machine.
///
/// All paths are absolute host paths unless the comment says "inside": those hold in every sandbox that shows the kernel.
package struct Kernel: Codable, Hashable, Sendable {
  package var identity: KernelIdentity
  /// Read-only folders that a sandbox must show for Kbuild to work, e.g. `…/root/usr/src` at `/usr/src`.
  package var mounts: [KernelMount]
  /// The Kbuild directory (`-C` of make), inside, e.g. `/usr/src/linux-headers-6.12.117+deb12-amd64`.
  package var buildDirectory: String
  /// The bootable image, or nil if there is none at hand.
  package var image: String?
  /// `lib/modules/RELEASE` of the image package (holds `modules.dep` and `kernel/`), or nil.
  package var modules: String?
  /// The unpacked kernel source tree to learn from, or nil.
  package var source: String?
  /// Root file system with this kernel's own toolchain (7.x on Debian 12), or nil to use the host's.
  package var rootFileSystem: String?
  /// Variables that every make on this kernel needs, e.g. `CC=gcc-12`, `CONFIG_DEBUG_INFO_BTF_MODULES=`.
  package var makeVariables: [String]

  package init(
    identity: KernelIdentity, mounts: [KernelMount], buildDirectory: String, image: String? = nil,
    modules: String? = nil, source: String? = nil, rootFileSystem: String? = nil, makeVariables: [String] = []
  ) {
    self.identity = identity
    self.mounts = mounts
    self.buildDirectory = buildDirectory
    self.image = image
    self.modules = modules
    self.source = source
    self.rootFileSystem = rootFileSystem
    self.makeVariables = makeVariables
  }

  /// Whether a module that builds is known to link.
  package var provesLinking: Bool { !makeVariables.contains(BuildProtocol.warnsOfUndefined) }

  /// Where `buildDirectory` lies on the host, or nil if no mount shows it.
  package var hostBuildDirectory: String? { hostPath(of: buildDirectory) }

  /// Translates an inside path to the host path that the mounts give it, or nil if none of them shows it.
  package func hostPath(of inside: String) -> String? {
    for mount in mounts where inside == mount.inside || inside.hasPrefix(mount.inside + "/") {
      return mount.host + inside.dropFirst(mount.inside.count)
    }
    return nil
  }
}

/// One read-only folder of a kernel, and where a sandbox shows it.
package struct KernelMount: Codable, Hashable, Sendable {
  /// Absolute host path.
  package var host: String
  /// Absolute path inside the sandbox.
  package var inside: String

  package init(host: String, inside: String) {
    self.host = host
    self.inside = inside
  }
}
