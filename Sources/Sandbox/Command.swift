// SPDX-License-Identifier: GPL-2.0-or-later

/// A program to start, and all it may have.
package struct Command: Sendable {
  /// Where the program runs.
  package enum Place: Sendable {
    /// In a sandbox that shows nothing but `View`: for everything that reads a stranger's bytes.
    case contained(View)
    /// On the host as it is, network included: only for trusted programs on trusted input (apt, mmdebstrap).
    case host
  }
  /// Program, by absolute path inside its view or by name, looked up in `/usr/bin:/bin:/usr/sbin:/sbin`.
  package var program: String
  package var arguments: [String]
  /// The whole environment; nothing is inherited but, on the host, `PATH`, `HOME`, proxies and `TMPDIR`.
  package var environment: [String: String]
  /// Inside the view (contained) or on the host.
  package var directory: String
  package var place: Place
  package var limits: Limits
  /// Bytes for standard input; nil gives `/dev/null`.
  package var input: [UInt8]?
  /// Standard error goes where standard output goes, in order.
  package var mergesErrors: Bool
  /// Host path of a file that gets everything the program printed (up to the output limit); nil for none.
  package var log: String?

  package init(
    _ program: String, _ arguments: [String] = [], environment: [String: String] = [:], directory: String = "/",
    place: Place, limits: Limits = Limits(), input: [UInt8]? = nil, mergesErrors: Bool = false, log: String? = nil
  ) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
    self.directory = directory
    self.place = place
    self.limits = limits
    self.input = input
    self.mergesErrors = mergesErrors
    self.log = log
  }

  /// The command as a person would type it.
  package var line: String {
    ([program] + arguments).map { $0.contains { " \t\n'\"$*?;&|<>()".contains($0) } ? "'\($0)'" : $0 }
      .joined(separator: " ")
  }
}

/// What a run may use up. Each limit that can't be enforced here is named in `Execution.unenforced`.
package struct Limits: Sendable, Hashable {
  /// Wall-clock seconds.
  package var seconds: Double
  /// Bytes of memory, of all its processes together where a cgroup can be had, of each process otherwise.
  package var memory: Int
  /// Processes and threads at a time.
  package var processes: Int
  /// Bytes printed on standard output and standard error together.
  package var output: Int
  /// Bytes of the largest file it may write.
  package var fileSize: Int
  /// Bytes that must stay free on the disks of its writable folders.
  package var freeDisk: Int

  package init(
    seconds: Double = 120, memory: Int = 4 << 30, processes: Int = 512, output: Int = 64 << 20, fileSize: Int = 2 << 30,
    freeDisk: Int = 512 << 20
  ) {
    self.seconds = seconds
    self.memory = memory
    self.processes = processes
    self.output = output
    self.fileSize = fileSize
    self.freeDisk = freeDisk
  }
}

/// The file system that a contained program sees. Everything not named here does not exist for it.
package struct View: Sendable, Hashable {
  package enum Mount: Sendable, Hashable {
    /// A host file or folder, read only. Where kmend is root, it must be readable for everybody; its parents need not.
    case readOnly(host: String, inside: String)
    /// A host folder that the program may write, one run at a time; it is handed to the sandbox's uid before and back
    /// afterwards. What is found there then is a stranger's: read it with `Harvest`.
    case writable(host: String, inside: String)
    /// An empty folder in memory, at most `bytes` large, gone with the run.
    case scratch(inside: String, bytes: Int)
    /// A small read-only file with these bytes.
    case file(inside: String, bytes: [UInt8], executable: Bool)
    /// A symbolic link.
    case link(inside: String, target: String)

    /// Where it stands in the view.
    package var inside: String {
      switch self {
      case .readOnly(_, let inside), .writable(_, let inside), .scratch(let inside, _), .file(let inside, _, _),
        .link(let inside, _):
        inside
      }
    }
  }
  /// Host folder that holds the root file system whose toolchain is shown (its `/usr` and the like); nil: the host's own.
  package var root: String?
  package var mounts: [Mount]
  /// Device nodes beyond null, zero, full, random, urandom, tty: e.g. `/dev/kvm` for the accelerator.
  package var devices: [String]

  package init(root: String? = nil, mounts: [Mount] = [], devices: [String] = []) {
    self.root = root
    self.mounts = mounts
    self.devices = devices
  }
}
