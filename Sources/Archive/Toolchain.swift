// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Sandbox

/// Finds the compiler for a kernel, and shows that it builds a module.
struct Toolchain: Sendable {
  let containment: Containment

  /// The compiler that a Kbuild folder was prepared with or asks for, e.g. `gcc-12`; nil if it doesn't say.
  ///
  /// Debian writes it into `.kernelvariables`, Kbuild into the configuration.
  static func asked(by build: String) -> String? {
    func lines(_ file: String) -> [Substring] {
      String(decoding: bytes(file, of: build), as: UTF8.self).split(separator: "\n")
    }
    for line in lines(".kernelvariables") where line.hasPrefix("CC ") || line.hasPrefix("CC=") {
      if let start = line.range(of: "gcc-", options: .backwards)?.lowerBound { return String(line[start...].trimmed) }
    }
    let key = BuildProtocol.compilerText + "=\""
    for line in lines(".config") where line.hasPrefix(key) {
      guard let program = line.dropFirst(key.count).split(separator: " ").first else { continue }
      // `x86_64-linux-gnu-gcc-12` is the native `gcc-12` under its long name.
      let short = program.range(of: "gcc", options: .backwards).map { program[$0.lowerBound...] } ?? program
      return String(short)
    }
    return nil
  }

  /// Variables that make a kernel build with what `root` (empty: this machine) has installed; nil if it has nothing fit.
  ///
  /// A compiler that is newer than the one asked for serves too; an older one may lack options.
  /// `isBuiltIn`: the Kbuild folder calls the compiler that it asks for by itself.
  static func variables(asked: String?, root: String, isBuiltIn: Bool) -> [String]? {
    guard let asked else { return [] }
    let programs = Set(CacheFolder.names(in: "\(root)/usr/bin"))
    if programs.contains(asked) { return isBuiltIn ? [] : ["CC=\(asked)"] }
    guard asked.hasPrefix("gcc-"), let wanted = Int(asked.dropFirst(4)) else { return nil }
    let newer = programs.compactMap { $0.hasPrefix("gcc-") ? Int($0.dropFirst(4)) : nil }.filter { $0 > wanted }.min()
    return newer.map { ["CC=gcc-\($0)"] }
  }

  /// What contained programs see of a kernel.
  static func view(of kernel: Kernel, adding mounts: [View.Mount] = []) -> View {
    View(
      root: kernel.rootFileSystem, mounts: kernel.mounts.map { .readOnly(host: $0.host, inside: $0.inside) } + mounts)
  }

  /// Builds a module that does nothing. Kbuild, the compiler, objtool and modpost all have to run.
  func trial(_ kernel: Kernel) async throws -> Execution {
    let script = """
      mkdir /tmp/trial && cd /tmp/trial &&
      echo '\(BuildProtocol.modules) := trial.o' >Makefile &&
      printf %s '\(BuildProtocol.emptyModule)' >trial.c &&
      make -C "$0" M=/tmp/trial "$@" modules && test -s trial.ko
      """
    return try await containment.run(
      Command(
        "sh", ["-c", script, kernel.buildDirectory] + kernel.makeVariables, environment: ["LC_ALL": "C.UTF-8"],
        place: .contained(Self.view(of: kernel)), limits: Limits(seconds: 300), mergesErrors: true))
  }

  /// The first line of the compiler's `--version`; the name alone if it doesn't run.
  func version(of compiler: String, for kernel: Kernel) async throws -> String {
    let execution = try await containment.run(
      Command(
        compiler, ["--version"], environment: ["LC_ALL": "C.UTF-8"], place: .contained(Self.view(of: kernel))))
    guard execution.succeeded, let line = execution.text.split(separator: "\n").first else { return compiler }
    return String(line)
  }

  /// The compiler that a kernel with these variables uses.
  static func compiler(asked: String?, variables: [String]) -> String {
    variables.first { $0.hasPrefix("CC=") }.map { String($0.dropFirst(3)) } ?? asked ?? "gcc"
  }

  /// Whether the configuration of a Kbuild folder sets an option to `y`.
  static func isSet(_ option: String, in build: String) -> Bool {
    Data(bytes(".config", of: build)).range(of: Data("\n\(option)=y\n".utf8)) != nil
  }

  private static func bytes(_ file: String, of build: String) -> [UInt8] {
    (try? Harvest(build).bytes(file)) ?? []
  }

  /// Variables that have nothing to do with the compiler.
  ///
  /// Type data for BPF would need pahole and the kernel's own; no driver needs it.
  static func configuration(of build: String) -> [String] {
    isSet(BuildProtocol.typeData, in: build) ? [BuildProtocol.typeData + "="] : []
  }
}
