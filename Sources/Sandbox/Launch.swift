// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import KernelModel
import Synchronization

/// A command made ready to start: its full command line, and what must be undone afterwards.
struct Launch: Sendable {
  private(set) var arguments: [String] = []
  private(set) var environment: [String: String] = [:]
  private(set) var directory = "/"
  private(set) var unenforced: [String] = []
  let group: ControlGroup
  private let folder: RunFolder
  private let identity: Identity
  private let ownership: Ownership

  static let program = "/bin/sh"

  /// Host folders that the run may write.
  var writable: [String] { ownership.folders }

  /// - Throws: `Failure` (`unavailable`) if the sandbox can't be set up; nothing is left behind then.
  static func prepare(_ command: Command, takesInput: Bool) async throws -> Launch {
    if !isUsed.exchange(true, ordering: .relaxed) { await sweep() }
    var command = command
    let identity = Identity.next()
    if case .contained(var view) = command.place {
      view.mounts = try view.mounts.map(resolved)
      try check(view, identity)
      command.place = .contained(view)
    }
    var launch = try Launch(command, identity)
    do {
      try launch.write(command, takesInput: takesInput)
      try await launch.ownership.give(to: identity)
    } catch {
      await launch.finish()
      throw error
    }
    return launch
  }

  private init(_ command: Command, _ identity: Identity) throws {
    self.identity = identity
    ownership = try Ownership(of: command.writable)
    for folder in command.writable where isNearlyFull(folder, command.limits.freeDisk) {
      throw Failure(
        .unavailable, folder, "its disk has less than \(command.limits.freeDisk >> 20) MiB left",
        remedy: "free some space")
    }
    folder = try RunFolder()
    group = ControlGroup(folder.name, command.limits)
  }

  /// Puts the command line together and writes the files it needs.
  private mutating func write(_ command: Command, takesInput: Bool) throws {
    var script = takesInput ? "" : "exec </dev/null\n"
    if command.mergesErrors { script += "exec 2>&1\n" }
    for folder in group.folders { script += "echo 0 >\(quoted(folder))/cgroup.procs || exit 125\n" }
    var words: [String] = []
    switch command.place {
    case .host:
      environment = Self.hostEnvironment.merging(command.environment) { $1 }
      directory = command.directory
      words = ["/usr/bin/setpriv", "--pdeathsig", "KILL", "/usr/bin/prlimit"] + resourceLimits(command.limits)
      if !group.controllers.contains(.pids) { unenforced.append("processes: no control group for them can be made") }
    case .contained(let view):
      let sandbox = Bubblewrap(
        view: view, directory: command.directory, environment: command.environment, identity: identity,
        folder: folder.path)
      for file in sandbox.files { try Sandbox.write(file.bytes, to: "\(folder.path)/\(file.name)", mode: file.mode) }
      words = [Bubblewrap.program, "--json-status-fd", "3"]
      script += "exec 3>\(quoted(folder.path))/status\n"
      if let filter = SystemCallFilter.bytes {
        try Sandbox.write(filter, to: "\(folder.path)/filter", mode: 0o400)
        words += ["--seccomp", "4"]
        script += "exec 4<\(quoted(folder.path))/filter\n"
      } else {
        unenforced.append("system calls: there is no filter for this processor")
      }
      words += sandbox.arguments + ["/usr/bin/prlimit"] + resourceLimits(command.limits)
      words.append("--nproc=\(command.limits.processes)")
      if identity.dropped { words += drop(view) }
    }
    arguments = ["-c", script + "exec \"$@\"", "kmend"] + words + [command.program] + command.arguments
  }

  private mutating func resourceLimits(_ limits: Limits) -> [String] {
    var words = ["--core=0", "--fsize=\(limits.fileSize)", "--nofile=4096"]
    if !group.controllers.contains(.memory) {
      // Address space is far more than memory for QEMU and clang, so the data segments carry the limit.
      words += ["--data=\(limits.memory)", "--as=\(2 * limits.memory + 2 << 30)"]
      unenforced.append(
        "memory of all processes together: no control group for it can be made; each process is held to "
          + "\(limits.memory >> 20) MiB of data instead")
    }
    return words
  }

  private func drop(_ view: View) -> [String] {
    let groups = Set(view.devices.compactMap { status(of: $0)?.st_gid }).subtracting([0]).sorted()
    let list = groups.map(String.init).joined(separator: ",")
    return [
      "/usr/bin/setpriv", "--reuid", "\(identity.uid)", "--regid", "\(identity.gid)",
      groups.isEmpty ? "--clear-groups" : "--groups=\(list)", "--inh-caps=-all", "--bounding-set=-all",
      "--no-new-privs",
    ]
  }

  /// What bubblewrap or the shell before it says about a program that was never started, nil if it was; for runs that
  /// hit no limit.
  func setUpProblem(_ errors: [UInt8]) -> String? {
    guard contents(of: "\(folder.path)/status")?.contains("exit-code") != true else { return nil }
    let text = String(decoding: errors.prefix(4096), as: UTF8.self)
    guard let line = text.split(separator: "\n").first else { return nil }
    for author in ["bwrap: ", "kmend: "] where line.hasPrefix(author) { return String(line.dropFirst(author.count)) }
    return nil
  }

  /// bubblewrap ends with its program; daemons that this left behind die right after it.
  private func waitForDescendants() async {
    guard let text = contents(of: "\(folder.path)/status")?.split(separator: "\"child-pid\": ").last,
      let first = pid_t(text.prefix { $0.isNumber })
    else { return }
    for _ in 0..<2000 {
      guard let state = contents(of: "/proc/\(first)/stat"), !state.contains(") Z ") else { return }
      try? await Task.sleep(for: .milliseconds(1))
    }
  }

  /// Ends what is left, gives folders back and removes what the run needed.
  func finish() async {
    // A task of its own, because it has to be done also after a cancellation.
    await Task {
      await waitForDescendants()
      await group.remove()
      await ownership.giveBack(from: identity)
      folder.remove()
    }.value
  }

  private static let hostEnvironment: [String: String] = {
    var environment = ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin"]
    for name in ["HOME", "TMPDIR", "http_proxy", "https_proxy", "ftp_proxy", "no_proxy"] {
      if let value = getenv(name) { environment[name] = String(cString: value) }
    }
    return environment
  }()

  private static let isUsed = Atomic<Bool>(false)

  /// What this process needs once, before its first run.
  private static func sweep() async {
    // Writing to a program that has ended must not end kmend.
    signal(SIGPIPE, SIG_IGN)
    RunFolder.sweep()
    await ControlGroup.sweep()
  }
}

extension Command {
  fileprivate var writable: [String] {
    guard case .contained(let view) = place else { return [] }
    return view.mounts.compactMap { if case .writable(let host, _) = $0 { host } else { nil } }
  }
}

private func quoted(_ word: String) -> String {
  "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}

private func status(of path: String) -> stat? {
  var status = stat()
  return stat(path, &status) == 0 ? status : nil
}

/// The mount with its host path free of links.
private func resolved(_ mount: View.Mount) throws -> View.Mount {
  func resolve(_ path: String) throws -> String {
    guard let real = realpath(path, nil) else { throw systemFailure(path, "can't be shown in the sandbox") }
    defer { free(real) }
    return String(cString: real)
  }
  switch mount {
  case .readOnly(let host, let inside): return .readOnly(host: try resolve(host), inside: inside)
  case .writable(let host, let inside): return .writable(host: try resolve(host), inside: inside)
  case .scratch, .file, .link: return mount
  }
}

private func check(_ view: View, _ identity: Identity) throws {
  guard access(Bubblewrap.program, X_OK) == 0 else {
    throw Failure(.unavailable, "bubblewrap", "is not installed", remedy: "install the package bubblewrap")
  }
  guard identity.dropped else { return }
  for case .readOnly(let host, _) in view.mounts {
    guard let mode = status(of: host)?.st_mode else { continue }
    let needed: mode_t = mode & S_IFMT == S_IFDIR ? 0o005 : 0o004
    guard mode & needed == needed else {
      throw Failure(
        .unavailable, host, "can't be read by the sandbox's uid", remedy: "make it readable for everybody (chmod o+rX)")
    }
  }
}
