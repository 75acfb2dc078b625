// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// The command line of bwrap(1) for a view.
///
/// `/usr` of the host or of the view's root stands read only, so does what programs need of `/etc`; `/lib` is a folder of
/// links, not a link itself, so that `/lib/modules` can be laid out per kernel without writing to the host.
struct Bubblewrap {
  /// Arguments up to and including `--`, and what is run inside before the program itself.
  var arguments: [String] = []
  /// Bytes to be written below the run's own folder before the start, by name.
  var files: [(name: String, bytes: [UInt8], executable: Bool)] = []

  private var parents: Set<String> = ["/lib", "/tmp", "/dev", "/proc", "/bin", "/sbin", "/lib64"]

  static let path = ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/tmp"]

  init(view: View, directory: String, environment: [String: String], identity: Identity, folder: String) {
    let root = view.root ?? ""
    arguments += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    if identity.dropped {
      arguments += ["--cap-drop", "ALL"]
      for capability in ["SETUID", "SETGID", "SETPCAP"] { arguments += ["--cap-add", "CAP_\(capability)"] }
    } else {
      arguments += ["--unshare-user", "--disable-userns"]
    }
    arguments += ["--die-with-parent", "--new-session", "--hostname", "kmend", "--clearenv"]
    add(parentsOf: "/usr/bin")
    for folder in ["bin", "lib", "lib32", "lib64", "libexec", "sbin", "include", "share"] {
      arguments += ["--ro-bind-try", "\(root)/usr/\(folder)", "/usr/\(folder)"]
    }
    arguments += ["--symlink", "usr/bin", "/bin", "--symlink", "usr/sbin", "/sbin", "--symlink", "usr/lib64", "/lib64"]
    arguments += ["--perms", "0755", "--dir", "/lib"]
    arguments += ["--symlink", "/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu"]
    add(parentsOf: "/etc/passwd")
    for file in ["ld.so.cache", "alternatives"] {
      arguments += ["--ro-bind-try", "\(root)/etc/\(file)", "/etc/\(file)"]
    }
    arguments += ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp"]
    let passwd = View.Mount.file(
      inside: "/etc/passwd",
      bytes: Array("kmend:x:\(identity.uid):\(identity.gid)::/tmp:/bin/sh\n".utf8), executable: false)
    for device in view.devices { arguments += ["--dev-bind-try", device, device] }
    for mount in [passwd] + view.mounts {
      add(parentsOf: mount.inside)
      switch mount {
      case .readOnly(let host, let inside): arguments += ["--ro-bind", host, inside]
      case .writable(let host, let inside): arguments += ["--bind", host, inside]
      case .scratch(let inside, let bytes):
        arguments += ["--perms", "1777", "--size", "\(bytes)", "--tmpfs", inside]
      case .link(let inside, let target): arguments += ["--symlink", target, inside]
      case .file(let inside, let bytes, let executable):
        let name = "file-\(files.count)"
        files.append((name, bytes, executable))
        arguments += ["--ro-bind", "\(folder)/\(name)", inside]
      }
    }
    for (name, value) in Self.path.merging(environment, uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }) {
      arguments += ["--setenv", name, value]
    }
    arguments += ["--chdir", directory, "--"]
  }

  /// bubblewrap makes missing parents of a mount for its own uid only.
  private mutating func add(parentsOf path: String) {
    let parts = path.split(separator: "/").dropLast()
    for count in parts.indices {
      let parent = "/" + parts[...count].joined(separator: "/")
      if parents.insert(parent).inserted { arguments += ["--perms", "0755", "--dir", parent] }
    }
  }
}
