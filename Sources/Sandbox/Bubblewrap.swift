// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// The command line of bwrap(1) for a view.
///
/// `/usr` of the host or of the view's root stands read only, so does what programs need of `/etc`; `/lib` is a folder of
/// links, not a link itself, so that `/lib/modules` can be laid out per kernel without writing to the host.
struct Bubblewrap {
  /// Arguments up to and including `--`.
  private(set) var arguments: [String] = []
  /// Files to be written into the run's folder before the start.
  private(set) var files: [(name: String, bytes: [UInt8], mode: UInt32)] = []
  private let folder: String
  private var known: Set<String> = ["/lib", "/tmp", "/dev", "/proc", "/bin", "/sbin", "/lib64"]

  static let program = "/usr/bin/bwrap"
  private static let temporaryBytes = 1 << 30

  /// `folder` is the run's own.
  init(view: View, directory: String, environment: [String: String], identity: Identity, folder: String) {
    self.folder = folder
    addNamespaces(identity)
    addSystem(view.root ?? "", identity)
    for device in view.devices { arguments += ["--dev-bind-try", device, device] }
    for mount in view.mounts { add(mount) }
    // What bubblewrap made itself would else belong to a plain user's program.
    arguments += ["--remount-ro", "/dev", "--remount-ro", "/"]
    let defaults = ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/tmp"]
    for (name, value) in defaults.merging(environment, uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }) {
      arguments += ["--setenv", name, value]
    }
    arguments += ["--chdir", directory, "--"]
  }

  private mutating func addNamespaces(_ identity: Identity) {
    arguments += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    if identity.dropped {
      // Root sets up the view, also below folders that are closed to others, and setpriv(1) drops inside.
      arguments += ["--cap-drop", "ALL"]
      for capability in ["SETUID", "SETGID", "SETPCAP"] { arguments += ["--cap-add", "CAP_\(capability)"] }
    } else {
      arguments += ["--unshare-user", "--disable-userns"]
    }
    arguments += ["--die-with-parent", "--new-session", "--hostname", "kmend", "--clearenv"]
  }

  private mutating func addSystem(_ root: String, _ identity: Identity) {
    addParents(of: "/usr/bin")
    for folder in ["bin", "lib", "lib32", "lib64", "libexec", "sbin", "include", "share"] {
      arguments += ["--ro-bind-try", "\(root)/usr/\(folder)", "/usr/\(folder)"]
    }
    arguments += ["--symlink", "usr/bin", "/bin", "--symlink", "usr/sbin", "/sbin", "--symlink", "usr/lib64", "/lib64"]
    arguments += ["--perms", "0755", "--dir", "/lib"]
    for name in names(in: "\(root)/usr/lib") where name.contains("-linux-gnu") || name.hasPrefix("ld-linux") {
      arguments += ["--symlink", "/usr/lib/\(name)", "/lib/\(name)"]
    }
    addParents(of: "/etc/passwd")
    for name in ["ld.so.cache", "alternatives"] {
      arguments += ["--ro-bind-try", "\(root)/etc/\(name)", "/etc/\(name)"]
    }
    add(file: "/etc/passwd", Array("kmend:x:\(identity.uid):\(identity.gid)::/tmp:/bin/sh\n".utf8), mode: 0o444)
    add(file: "/etc/group", Array("kmend:x:\(identity.gid):\n".utf8), mode: 0o444)
    arguments += ["--proc", "/proc", "--dev", "/dev"]
    add(.scratch(inside: "/dev/shm", bytes: Self.temporaryBytes))
    add(.scratch(inside: "/tmp", bytes: Self.temporaryBytes))
  }

  private mutating func add(_ mount: View.Mount) {
    addParents(of: mount.inside)
    switch mount {
    case .readOnly(let host, let inside): arguments += ["--ro-bind", host, inside]
    case .writable(let host, let inside): arguments += ["--bind", host, inside]
    case .scratch(let inside, let bytes): arguments += ["--perms", "1777", "--size", "\(bytes)", "--tmpfs", inside]
    case .link(let inside, let target): arguments += ["--symlink", target, inside]
    case .file(let inside, let bytes, let executable): add(file: inside, bytes, mode: executable ? 0o555 : 0o444)
    }
  }

  private mutating func add(file inside: String, _ bytes: [UInt8], mode: UInt32) {
    let name = "file-\(files.count)"
    files.append((name, bytes, mode))
    arguments += ["--ro-bind", "\(folder)/\(name)", inside]
  }

  /// bubblewrap makes missing parents of a mount for its own uid only.
  private mutating func addParents(of path: String) {
    let parts = path.split(separator: "/").dropLast()
    for count in parts.indices {
      let parent = "/" + parts[...count].joined(separator: "/")
      if known.insert(parent).inserted { arguments += ["--perms", "0755", "--dir", parent] }
    }
  }
}
