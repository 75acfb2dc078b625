// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Sandbox

/// Boots kernels in QEMU, with nothing in them but busybox and a driver, and writes down what happens.
package struct BootMachine: Sendable {
  private let containment: Containment
  private let cache: String
  private let scratch: String
  private let busybox: String
  private let qemu: String

  /// - Parameters:
  ///   - cache: absolute path of a folder of our own, made when needed: unpacked modules, the accelerator that works.
  ///   - scratch: absolute path of a folder for the initramfs, which is gone when a boot returns.
  ///   - busybox: absolute path of a busybox(1) that needs no libraries.
  package init(
    containment: Containment = Containment(), cache: String,
    scratch: String = FileManager.default.temporaryDirectory.path, busybox: String = "/usr/bin/busybox",
    qemu: String = "/usr/bin/qemu-system-x86_64"
  ) {
    self.containment = containment
    self.cache = cache
    self.scratch = scratch
    self.busybox = busybox
    self.qemu = qemu
  }

  /// Boots a kernel, loads the driver's modules, tries them, unloads them, and does so once more.
  ///
  /// - Parameter log: host path for the console as it was, marks and time stamps included.
  /// - Throws: `Failure`: `unavailable` if the kernel has no image or the machine lacks a tool; `badInput` if a module
  ///   can't be read or has no proper name. What the driver does to the machine is in the record.
  package func boot(_ job: BootJob, log: String) async throws -> BootRecord {
    let tree = job.kernel.modules.map(ModuleTree.init)
    var served: [String: [String]] = [:]
    // What the kernel asks its loader for while the driver is at work can't be served from outside: it is loaded
    // beforehand in another boot.
    for _ in 0..<2 {
      let record = try await boot(job, served: served, in: tree, log: log)
      let found = record.requested.map { ($0, tree?.modules(for: $0) ?? []) }.filter { !$0.1.isEmpty }
      if found.isEmpty { return record }
      for (request, modules) in found { served[request] = modules }
    }
    return try await boot(job, served: served, in: tree, log: log)
  }

  /// - Parameter served: requests to the module loader, and the modules that answer them.
  private func boot(
    _ job: BootJob, served: [String: [String]], in tree: ModuleTree?, log: String
  ) async throws -> BootRecord {
    let start = ContinuousClock.now
    let initramfs = try await self.initramfs(job, served: served, in: tree)
    let archive = initramfs.archive
    let preparation = ContinuousClock.now - start
    let accelerator = try await self.accelerator(job.kernel)
    let (report, execution) = try await run(
      archive, token: initramfs.token, kernel: job.kernel, accelerator: accelerator, limits: job.limits, log: log)
    return BootRecord(
      kernel: job.kernel.identity.name, accelerator: accelerator.rawValue, ending: Self.ending(report, execution),
      console: report.console, steps: report.steps, appeared: report.appeared, requested: report.requested,
      taint: report.taint, machineSeconds: execution.seconds, preparationSeconds: preparation / .seconds(1),
      evidence: execution.evidence(lines: [], log: log))
  }

  /// Boots the kernel alone with the first accelerator that works; keeps the answer for `boot`.
  package func smokeBoot(_ kernel: Kernel) async throws -> SmokeBoot {
    var last: SmokeBoot?
    for accelerator in Accelerator.allCases {
      if accelerator == .kvm, !FileManager.default.fileExists(atPath: "/dev/kvm") { continue }
      let initramfs = Initramfs(busybox: try readBusybox(), token: Self.token())
      let limits = BootLimits(whole: accelerator == .kvm ? 15 : 120)
      let (report, execution) = try await run(
        initramfs.archive, token: initramfs.token, kernel: kernel, accelerator: accelerator, limits: limits, log: nil)
      let works = report.isFinished && execution.succeeded
      let smoke = SmokeBoot(
        accelerator: accelerator, works: works, seconds: execution.seconds,
        detail: works ? "boots" : Self.lastWords(report, execution))
      if works {
        try? FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: true)
        AcceleratorChoice(accelerator: accelerator, key: AcceleratorChoice.key(qemu: qemu)).write(choiceFile)
        return smoke
      }
      last = smoke
    }
    return last ?? SmokeBoot(accelerator: .tcg, works: false, seconds: 0, detail: "no accelerator")
  }

  private var choiceFile: String { cache + "/accelerator.json" }

  private func accelerator(_ kernel: Kernel) async throws -> Accelerator {
    if let known = AcceleratorChoice.read(choiceFile, key: AcceleratorChoice.key(qemu: qemu)) { return known }
    // If nothing works, the boot that follows shows why.
    return try await smokeBoot(kernel).accelerator
  }

  private func initramfs(
    _ job: BootJob, served: [String: [String]], in tree: ModuleTree?
  ) async throws -> Initramfs {
    var files: [String: [UInt8]] = [:]
    var needs: [String: [String]] = [:]
    var order: [String] = []
    for path in job.modules {
      guard let bytes = FileManager.default.contents(atPath: path).map([UInt8].init) else {
        throw Failure(.badInput, path, "can't be read")
      }
      let object = ModuleObject(bytes)
      guard let name = object.name.map(LoadOrder.folded) ?? ModuleTree.moduleName(path), Self.isProper(name) else {
        throw Failure(.badInput, path, "is no module with a proper name")
      }
      files[name] = bytes
      let before = object.loadsAfter.flatMap { tree?.modules(for: $0) ?? [] }
      needs[name] = (object.depends + object.loadsAfter).map(LoadOrder.folded) + before
      order.append(name)
    }
    var dependencies: [ModuleStore.Entry] = []
    let wanted = order.flatMap { needs[$0] ?? [] }.filter { files[$0] == nil } + served.values.joined()
    if let tree, !wanted.isEmpty {
      let store = ModuleStore(containment: containment, folder: cache + "/modules")
      dependencies = try await store.closure(of: wanted, in: tree, kernel: job.kernel.identity)
    }
    return Initramfs(
      busybox: try readBusybox(),
      dependencies: dependencies.filter { files[$0.name] == nil }.map { .init(name: $0.name, bytes: $0.bytes) },
      modules: LoadOrder.sorted(order, needs: needs).map { .init(name: $0, bytes: files[$0] ?? []) },
      served: served.keys.sorted(),
      token: Self.token(), loadSeconds: job.limits.load, exercises: job.exercises)
  }

  private func run(
    _ archive: [UInt8], token: String, kernel: Kernel, accelerator: Accelerator, limits: BootLimits, log: String?
  ) async throws -> (GuestReport, Execution) {
    guard let image = kernel.image else {
      throw Failure(
        .unavailable, kernel.identity.name, "has no image to boot",
        remedy: "run kmend kernel add \(kernel.identity.request)")
    }
    guard FileManager.default.isExecutableFile(atPath: qemu) else {
      throw Failure(.unavailable, qemu, "is not installed", remedy: "run Deploy/setup")
    }
    let file = scratch + "/kmend-initramfs-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: file) }
    do { try Data(archive).write(to: URL(fileURLWithPath: file)) } catch {
      throw Failure(.tryAgain, file, "can't be written: \(error.localizedDescription)", remedy: "make room on the disk")
    }
    let execution = try await containment.run(
      MachineCommand.command(
        qemu: qemu, image: image, initramfs: file, size: archive.count, accelerator: accelerator, limits: limits,
        log: log))
    return (GuestReport(console: execution.output, token: token), execution)
  }

  private func readBusybox() throws -> [UInt8] {
    guard let bytes = FileManager.default.contents(atPath: busybox).map([UInt8].init) else {
      throw Failure(.unavailable, busybox, "is not installed", remedy: "run Deploy/setup")
    }
    return bytes
  }

  private static func ending(_ report: GuestReport, _ execution: Execution) -> BootRecord.Ending {
    guard execution.succeeded else { return .stopped(reason: lastWords(report, execution)) }
    return report.isFinished ? .finished : .reset
  }

  /// How a machine ended that did not end well, with QEMU's own message if it has one.
  private static func lastWords(_ report: GuestReport, _ execution: Execution) -> String {
    let complaint = execution.errorText.split(separator: "\n").last.map { ": \($0)" } ?? ""
    return execution.exit.description + (execution.succeeded ? ", without reaching the first process" : complaint)
  }

  private static func isProper(_ name: String) -> Bool {
    !name.isEmpty && name.count <= 64 && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  }

  private static func token() -> String {
    "kmend-" + String(UInt64.random(in: .min ... .max), radix: 16)
  }
}
