// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Sandbox

/// Where kmend keeps things on this machine, and what it starts programs with.
package struct Workspace: Sendable {
  /// The cache: kernels, packages, conversions indexes. Absolute path.
  package let cache: String
  /// The mail templates.
  package let templates: String
  /// The C front end, a program of its own beside `kmend`.
  package let frontend: String
  package let containment: Containment
  /// Wall-clock seconds that one build of a driver may take.
  package let buildSeconds: Double

  /// The workspace that the environment describes: `KMEND_CACHE`, else `kmend` in the XDG cache folder
  /// (XDG Base Directory Specification); `KMEND_TEMPLATES`, else the templates beside the program.
  ///
  /// - Throws: `Failure` if a part of the installation is missing.
  package init(
    environment: [String: String] = ProcessInfo.processInfo.environment, buildSeconds: Double = 900
  ) throws {
    self.buildSeconds = buildSeconds
    if let folder = environment["KMEND_CACHE"], !folder.isEmpty {
      cache = URL(fileURLWithPath: folder).standardizedFileURL.path
    } else if let folder = environment["XDG_CACHE_HOME"], folder.hasPrefix("/") {
      cache = folder + "/kmend"
    } else {
      cache = NSHomeDirectory() + "/.cache/kmend"
    }
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    frontend = environment["KMEND_CINDEX"] ?? program.appendingPathComponent("kmend-cindex").path
    guard FileManager.default.isExecutableFile(atPath: frontend) else {
      throw Failure(.unavailable, frontend, "the C front end is not there", remedy: "install it beside kmend")
    }
    if let folder = environment["KMEND_TEMPLATES"], !folder.isEmpty {
      templates = folder
    } else {
      templates = try Self.folder(named: "Templates", near: program)
    }
    containment = Containment()
  }

  /// A folder of the installation: `../share/kmend/NAME`, or NAME in the checkout that the program was built in.
  private static func folder(named name: String, near program: URL) throws -> String {
    var candidates = [program.appendingPathComponent("../share/kmend/\(name)")]
    var parent = program
    for _ in 0..<4 {
      candidates.append(parent.appendingPathComponent(name))
      parent.deleteLastPathComponent()
    }
    for candidate in candidates where FileManager.default.fileExists(atPath: candidate.path) {
      return candidate.standardizedFileURL.path
    }
    throw Failure(
      .unavailable, name, "not found beside \(program.path)",
      remedy: "set KMEND_\(name.uppercased()) to the folder of that name in kmend's sources")
  }

  /// Runs `body` with a private folder that is gone afterwards, whatever happens.
  ///
  /// The folder lies in the cache, so that it is on the same file system; folders left by a killed process are swept.
  package func withScratch<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let work = cache + "/work"
    try create(work)
    sweep(work)
    try requireSpace(work)
    let folder = "\(work)/\(getpid())-\(UUID().uuidString.prefix(8).lowercased())"
    try create(folder)
    defer { removeFolder(folder) }
    return try await body(folder)
  }

  /// Less than this and builds are stopped before they fill the disk.
  private static let neededSpace = 1_000_000_000

  private func requireSpace(_ folder: String) throws {
    var disk = statvfs()
    guard statvfs(folder, &disk) == 0 else { return }
    let free = Int(disk.f_bavail) * Int(disk.f_frsize)
    guard free < Self.neededSpace else { return }
    throw Failure(
      .tryAgain, cache, "only \(free / 1_000_000) MB are free on its disk, a run needs 1 GB",
      remedy: "free some space, run kmend kernel prune, or set KMEND_CACHE to a folder on another disk")
  }

  private func create(_ folder: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw Failure(
        .unavailable, folder, "can't be created", remedy: "free space or set KMEND_CACHE", detail: "\(error)")
    }
  }

  private func sweep(_ work: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: work)) ?? [] {
      guard let process = Int32(name.prefix { $0 != "-" }), kill(process, 0) != 0, errno == ESRCH else { continue }
      removeFolder("\(work)/\(name)")
    }
  }
}
