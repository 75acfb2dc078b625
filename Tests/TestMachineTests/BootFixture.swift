// SPDX-License-Identifier: GPL-2.0-or-later

import Archive
import Foundation
import KernelModel
import Sandbox
import TestMachine
import TestSupport

/// The kernels that `Deploy/test` put into the cache, and small drivers built for them.
enum BootFixture {
  /// Those that can be booted, oldest first.
  static let kernels: [Kernel] = {
    let environment = ProcessInfo.processInfo.environment
    let caches = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "") + "/.cache"
    let store = KernelStore(cache: environment["KMEND_CACHE"] ?? caches + "/kmend", containment: Containment())
    let stored = (try? store.kernels()) ?? []
    return stored.map(\.kernel).filter { $0.image != nil }.sorted {
      KernelVersion($0.identity.release).map(\.numbers) ?? [] < KernelVersion($1.identity.release).map(\.numbers) ?? []
    }
  }()

  static let reason = "needs two kernels in the cache: kmend kernel add debian:6.1 debian:6.12"
  static var hasKernels: Bool { kernels.count >= 2 }

  /// Absolute paths of fixtures of `Tests/Golden/TestMachine`, built for `kernel`; they stay below `.build`.
  static func modules(_ names: [String], for kernel: Kernel) async throws -> [String] {
    try await builds.build(kernel)
    return names.map { "\(folder(kernel))/kmend_\($0).ko" }
  }

  /// Boots fixtures, with everything that a boot leaves behind in `folder`.
  static func boot(
    _ names: [String], on kernel: Kernel, in folder: String, limits: BootLimits = BootLimits(load: 6)
  ) async throws -> BootRecord {
    let job = BootJob(kernel: kernel, modules: try await modules(names, for: kernel), limits: limits)
    return try await machine(folder).boot(job, log: folder + "/console.log")
  }

  /// A machine whose scratch folder is `folder`; the accelerator and the unpacked modules are shared.
  static func machine(_ folder: String) -> BootMachine { BootMachine(cache: cache, scratch: folder) }

  static var cache: String { shared + "/cache" }

  private static let shared = repositoryRoot + "/.build/boot-fixtures"
  private static let builds = Builds()

  static func folder(_ kernel: Kernel) -> String { "\(shared)/\(kernel.identity.release)" }

  private actor Builds {
    private var built: Set<String> = []

    func build(_ kernel: Kernel) async throws {
      guard !built.contains(kernel.identity.release) else { return }
      let folder = BootFixture.folder(kernel)
      let sources = try FileManager.default.contentsOfDirectory(atPath: golden("TestMachine")).sorted()
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      for source in sources {
        let bytes = Data(try goldenBytes("TestMachine/\(source)"))
        // make goes by the time of a file.
        if FileManager.default.contents(atPath: "\(folder)/\(source)") != bytes {
          try bytes.write(to: URL(fileURLWithPath: "\(folder)/\(source)"))
        }
      }
      let objects = sources.map { "obj-m += \($0.dropLast(2)).o\n" }.joined()
      try Data(objects.utf8).write(to: URL(fileURLWithPath: "\(folder)/Kbuild"))
      let mounts =
        kernel.mounts.map { View.Mount.readOnly(host: $0.host, inside: $0.inside) }
        + [.writable(host: folder, inside: "/fixtures")]
      let make = try await Containment().run(
        Command(
          "make", ["-s", "-C", kernel.buildDirectory, "M=/fixtures"] + kernel.makeVariables + ["modules"],
          place: .contained(View(root: kernel.rootFileSystem, mounts: mounts)), mergesErrors: true))
      guard make.succeeded else { throw Failure(.ourFault, folder, "does not build", detail: make.text) }
      built.insert(kernel.identity.release)
    }
  }
}

private func < (left: [Int], right: [Int]) -> Bool { left.lexicographicallyPrecedes(right) }
