// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// One test at a time: they share the cache and the two cores, and look at what a run leaves behind.
@Suite(.serialized, .enabled(if: Shipped.missing == nil, "\(Shipped.missing ?? "")"))
enum EndToEnd {}

/// The programs as they are shipped, run as a user would.
enum Shipped {
  static let kmend = "\(repositoryRoot)/.build/release/kmend"
  static let cache =
    ProcessInfo.processInfo.environment["KMEND_CACHE"]
    ?? (ProcessInfo.processInfo.environment["XDG_CACHE_HOME"].map { $0 + "/kmend" } ?? NSHomeDirectory()
      + "/.cache/kmend")

  /// Why the tests that need kernels can't run; nil if they can.
  static var missing: String? {
    guard FileManager.default.isExecutableFile(atPath: kmend) else { return "no \(kmend): run Deploy/build" }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: cache + "/kernels")) ?? []
    for kernel in ["6.1@", "6.12@"] where !names.contains(where: { $0.hasPrefix(kernel) }) {
      return "no kernel \(kernel.dropLast()): run kmend kernel add debian:\(kernel.dropLast())"
    }
    return nil
  }

  struct Run {
    var code: Int32
    var output: String
    var errors: String
  }

  /// Runs a program with a time limit; ends up with its exit code and everything that it printed.
  static func run(
    _ program: String, _ arguments: [String], in folder: String = "/", environment: [String: String] = [:]
  ) async throws -> Run {
    var updates: [Environment.Key: String?] = ["KMEND_CACHE": cache, "NO_COLOR": "1"]
    for (name, value) in environment { updates[Environment.Key(stringLiteral: name)] = value }
    let result = try await Subprocess.run(
      program.hasPrefix("/") ? .path(FilePath(program)) : .name(program), arguments: Arguments(arguments),
      environment: .inherit.updating(updates), workingDirectory: FilePath(folder), output: .bytes(limit: 64 << 20),
      error: .bytes(limit: 64 << 20))
    let code: Int32
    switch result.terminationStatus {
    case .exited(let status): code = status
    case .signaled(let signal): code = 128 + signal
    }
    return Run(
      code: code, output: String(decoding: result.standardOutput, as: UTF8.self),
      errors: String(decoding: result.standardError, as: UTF8.self))
  }

  static func kmend(_ arguments: [String], environment: [String: String] = [:]) async throws -> Run {
    try await run(kmend, arguments, environment: environment)
  }

  /// What kmend left in its folder for work: nothing, whatever happened.
  static func leftovers() -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: cache + "/work")) ?? []
    // PID-…; another run may be at work.
    return names.filter { name in Int32(name.prefix { $0 != "-" }).map { kill($0, 0) != 0 } ?? true }
  }
}
