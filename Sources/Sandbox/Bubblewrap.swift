// SPDX-License-Identifier: GPL-2.0-or-later

/// The command line of bwrap(1) for a view.
///
/// `/usr` of the host or of the view's root stands read only, so does what programs need of `/etc`; `/lib` is a folder of
/// links, not a link itself, so that `/lib/modules` can be laid out per kernel without writing to the host.
struct Bubblewrap {
  /// Arguments up to and including `--`.
  var arguments: [String] = []

  init(view: View, directory: String, environment: [String: String]) {
    let root = view.root ?? ""
    arguments += ["--unshare-all", "--die-with-parent", "--new-session", "--hostname", "kmend", "--clearenv"]
    for folder in ["bin", "lib", "lib32", "lib64", "libexec", "sbin", "include", "share"] {
      arguments += ["--ro-bind-try", "\(root)/usr/\(folder)", "/usr/\(folder)"]
    }
    arguments += ["--symlink", "usr/bin", "/bin", "--symlink", "usr/sbin", "/sbin", "--symlink", "usr/lib64", "/lib64"]
    arguments += ["--dir", "/lib"]
    arguments += ["--symlink", "/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu"]
    for file in ["ld.so.cache", "alternatives"] {
      arguments += ["--ro-bind-try", "\(root)/etc/\(file)", "/etc/\(file)"]
    }
    arguments += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    for device in view.devices { arguments += ["--dev-bind-try", device, device] }
    for mount in view.mounts {
      switch mount {
      case .readOnly(let host, let inside): arguments += ["--ro-bind", host, inside]
      case .writable(let host, let inside): arguments += ["--bind", host, inside]
      case .scratch(let inside, let bytes): arguments += ["--size", "\(bytes)", "--tmpfs", inside]
      case .link(let inside, let target): arguments += ["--symlink", target, inside]
      case .file: break
      }
    }
    for (name, value) in environment.sorted(by: { $0.key < $1.key }) { arguments += ["--setenv", name, value] }
    arguments += ["--chdir", directory, "--"]
  }
}
