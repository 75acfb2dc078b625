// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import Sandbox

/// How a kernel and a staged driver stand in the sandbox, and what a driver's Makefile may ask of its surroundings.
struct BuildPlace {
  let kernel: Kernel
  let stage: DriverStage
  /// Where the stage stands, inside.
  let driverRoot: String
  /// Links that are particular to the layout.
  var links: [(inside: String, target: String)] = []

  static let tools = "/run/kmend"
  static let commands = "/run/kmend-commands"
  static let objects = "/run/kmend-objects"
  static let probes = "/run/kmend-probes"

  var release: String { kernel.identity.release }

  /// The file system for a build.
  ///
  /// - Parameters:
  ///   - commands: host folder that gets the compilers' command lines; nil to leave the compilers as they are.
  ///   - objects: what the compilers may take from, or fill; `probes` the same for what they say to Kbuild.
  ///   - files: small files by inside path.
  func view(
    writable: Bool, commands: String? = nil, sparse: Bool = false, objects: CompiledObjects? = nil,
    probes: CompiledObjects? = nil, files: [String: [UInt8]] = [:]
  ) -> View {
    var mounts = kernel.mounts.map { View.Mount.readOnly(host: $0.host, inside: $0.inside) }
    let modules = "/lib/modules/\(release)"
    mounts += [
      .link(inside: "\(modules)/build", target: kernel.buildDirectory),
      .link(inside: "\(modules)/source", target: kernel.buildDirectory),
      .link(inside: "/boot/config-\(release)", target: "\(kernel.buildDirectory)/.config"),
      .link(inside: "/etc/os-release", target: "/usr/lib/os-release"),
      writable
        ? .writable(host: stage.folder, inside: driverRoot) : .readOnly(host: stage.folder, inside: driverRoot),
    ]
    mounts += links.map { .link(inside: $0.inside, target: $0.target) }
    mounts += files.sorted { $0.key < $1.key }.map { .file(inside: $0.key, bytes: $0.value, executable: true) }
    mounts.append(tool("uname", Shims.uname(release: release)))
    if let commands {
      mounts.append(.writable(host: commands, inside: Self.commands))
      for (kept, inside) in [(objects, Self.objects), (probes, Self.probes)] {
        guard let kept else { continue }
        mounts.append(
          kept.isFilled ? .readOnly(host: kept.folder, inside: inside) : .writable(host: kept.folder, inside: inside))
      }
      let shim = Array(Shims.compiler(root: driverRoot, takesObjects: objects != nil, probes: probes).utf8)
      mounts.append(.file(inside: "\(Self.tools)/compiler", bytes: shim, executable: true))
      mounts += Shims.compilers(in: "\(kernel.rootFileSystem ?? "")/usr/bin")
        .map { .link(inside: "\(Self.tools)/bin/\($0)", target: "\(Self.tools)/compiler") }
    }
    if sparse {
      // A root file system of another suite has no sparse; the host's needs no more than libc.
      mounts.append(.readOnly(host: "/usr/bin/sparse", inside: "\(Self.tools)/sparse"))
      mounts.append(tool("sparse", Shims.sparse))
    }
    return View(root: kernel.rootFileSystem, mounts: mounts)
  }

  /// The environment of a build in `directory`; what Kbuild takes from its command line alone goes through `MAKEFLAGS`.
  func environment(_ options: BuildOptions, directory: String) -> [String: String] {
    var flags = options.keepsGoing ? "k" : ""
    // Lines of recipes that run at a time must not mix: a diagnostic is several lines.
    if options.jobs > 1 { flags += " -Otarget" }
    if !kernel.makeVariables.isEmpty {
      flags += " -- " + kernel.makeVariables.map(Self.escapedForMakeflags).joined(separator: " ")
    }
    var environment = [
      "PATH": "\(Self.tools)/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8",
      "TMPDIR": "/tmp", "PWD": directory,
    ]
    if !flags.isEmpty { environment["MAKEFLAGS"] = flags }
    if let objects = options.objects {
      environment["CCACHE_DIR"] = Self.objects
      environment["CCACHE_TEMPDIR"] = "/tmp"
      environment["CCACHE_UMASK"] = "022"
      environment[objects.isFilled ? "CCACHE_READONLY" : "CCACHE_NOSTATS"] = "1"
    }
    if options.warnings { environment[BuildProtocol.extraWarnings] = "1" }
    if options.sparse { environment[BuildProtocol.checksSources] = "2" }
    return environment
  }

  private func tool(_ name: String, _ text: String) -> View.Mount {
    .file(inside: "\(Self.tools)/bin/\(name)", bytes: Array(text.utf8), executable: true)
  }

  /// make(1) splits `MAKEFLAGS` at blanks and expands `$`.
  private static func escapedForMakeflags(_ variable: String) -> String {
    variable.reduce(into: "") { text, character in
      if character == " " || character == "\\" { text.append("\\") }
      text.append(character == "$" ? "$$" : String(character))
    }
  }
}

extension Kernel {
  /// Inside paths of the kernel's trees: the folders below a shared mount such as `/usr/src`, or the mounts themselves.
  package var headerRoots: [String] {
    mounts.flatMap { mount -> [String] in
      guard buildDirectory.hasPrefix(mount.inside + "/") else { return [mount.inside] }
      return FileEntry.names(in: mount.host).sorted().map { "\(mount.inside)/\($0)" }
    }
  }
}
