// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import KernelModel

/// A command made ready to start: its full command line, and what must be undone afterwards.
struct Launch: Sendable {
  var program: String
  var arguments: [String] = []
  var environment: [String: String]
  var directory: String
  var unenforced: [String] = []
  /// The run's own folder, 0700: files of the view and the sandbox's account of itself.
  let folder: String
  private var ownership = Ownership()

  /// Reads everything from the file system that the start needs.
  ///
  /// - Throws: `Failure` (`unavailable`) if the sandbox can't be set up.
  init(_ command: Command, takesInput: Bool) throws {
    var template = Array("\(Self.temporaryFolder)/kmend-run-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw Failure(
        .unavailable, Self.temporaryFolder, "no folder can be made there: \(String(cString: strerror(errno)))",
        remedy: "free some space, or set TMPDIR to a folder that can be written")
    }
    folder = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    program = "/bin/sh"
    environment = [:]
    directory = "/"
    var words: [String] = []
    let limits = Self.limits(command.limits)
    do {
      switch command.place {
      case .host:
        environment = Self.hostEnvironment.merging(command.environment) { $1 }
        directory = command.directory
        words = ["/usr/bin/setpriv", "--pdeathsig", "KILL", "/usr/bin/prlimit"] + limits
      case .contained(let view):
        guard access(Self.bwrap, X_OK) == 0 else {
          throw Failure(.unavailable, "bubblewrap", "is not installed", remedy: "install the package bubblewrap")
        }
        let identity = Identity.next()
        let sandbox = Bubblewrap(
          view: view, directory: command.directory, environment: command.environment, identity: identity, folder: folder
        )
        for file in sandbox.files {
          try write(file.bytes, to: "\(folder)/\(file.name)", mode: file.executable ? 0o555 : 0o444)
        }
        words = [Self.bwrap, "--json-status-fd", "3"] + sandbox.arguments + ["/usr/bin/prlimit"] + limits
        words.append("--nproc=\(command.limits.processes)")
        if identity.dropped {
          words += ["/usr/bin/setpriv", "--reuid", "\(identity.uid)", "--regid", "\(identity.gid)", "--clear-groups"]
          words += ["--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"]
        }
        let writable = view.mounts.compactMap { if case .writable(let host, _) = $0 { host } else { nil } }
        ownership = try Ownership.give(writable, to: identity)
      }
    } catch {
      remove()
      throw error
    }
    var script = "exec 3>\"$0/status\""
    if !takesInput { script += " </dev/null" }
    if command.mergesErrors { script += " 2>&1" }
    arguments = ["-c", script + "; exec \"$@\"", folder] + words + [command.program] + command.arguments
  }

  /// Whether bubblewrap got as far as running a program; only of use after a contained run.
  var started: Bool {
    guard let status = try? readSmall("\(folder)/status") else { return false }
    return status.contains("exit-code")
  }

  /// Gives folders back and removes the run's own; no process of the run may be left.
  func finish() {
    ownership.giveBack()
    remove()
  }

  private func remove() {
    guard let entries = opendir(folder) else { return }
    while let entry = readdir(entries) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { unlink("\(folder)/\(name)") }
    }
    closedir(entries)
    rmdir(folder)
  }

  private static let bwrap = "/usr/bin/bwrap"
  private static let temporaryFolder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"

  private static var hostEnvironment: [String: String] {
    var environment = ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin"]
    for name in ["HOME", "TMPDIR", "http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "APT_CONFIG"] {
      if let value = getenv(name) { environment[name] = String(cString: value) }
    }
    return environment
  }

  private static func limits(_ limits: Limits) -> [String] {
    ["--core=0", "--fsize=\(limits.fileSize)", "--nofile=4096"]
  }

  private func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    defer { close(file) }
    var written = 0
    while file >= 0, written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count <= 0 { break }
      written += count
    }
    guard file >= 0, written == bytes.count, fchmod(file, mode) == 0 else {
      throw Failure(
        .unavailable, path, "can't be written: \(String(cString: strerror(errno)))", remedy: "free some space")
    }
  }

  private func readSmall(_ path: String) throws -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(file, &buffer, buffer.count)
    return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
  }
}
