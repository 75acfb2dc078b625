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
  private let machines: SavedMachines

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
    machines = SavedMachines(containment: containment, folder: cache + "/machines")
  }

  /// Boots a kernel, loads the driver's modules, tries them, unloads them, and does so once more.
  ///
  /// - Parameter log: host path for the console as it was, marks and time stamps included.
  /// - Throws: `Failure`: `unavailable` if the kernel has no image or the machine lacks a tool; `badInput` if a module
  ///   can't be read or has no proper name. What the driver does to the machine is in the record.
  package func boot(_ job: BootJob, log: String) async throws -> BootRecord {
    let tree = job.kernel.modules.map(ModuleTree.init)
    let modules = try DriverModules(job.modules)
    var answers = Answers()
    var asked = job.expected
    _ = answers.grow(by: asked, modules, tree)
    // What the kernel asks its loader for while the driver is at work can't be served from outside: it is loaded
    // beforehand in another boot.
    for boot in 1... {
      var record = try await self.boot(job, modules, answers, in: tree, log: log)
      asked += record.requested.filter { !asked.contains($0) }
      record.requested = asked
      guard boot < Self.maximalBoots, answers.grow(by: asked, modules, tree) else { return record }
    }
    throw Failure(.ourFault, job.kernel.identity.name, "the boots did not end")
  }

  private static let maximalBoots = 3

  /// What earlier boots showed to be asked for.
  private struct Answers {
    /// The kernel's modules by the request that they answer.
    var served: [String: [String]] = [:]
    /// The driver's own modules that its other modules ask for.
    var ahead: Set<String> = []

    /// Whether there was an answer that had not been given.
    mutating func grow(by requests: [String], _ modules: DriverModules, _ tree: ModuleTree?) -> Bool {
      let before = (served.count, ahead.count)
      for request in requests {
        ahead.formUnion(modules.answering(request))
        let found = tree?.modules(for: request) ?? []
        if !found.isEmpty { served[request] = found }
      }
      return (served.count, ahead.count) != before
    }
  }

  /// A machine that crashes before it comes to the driver says nothing about the driver: it is started again, from its
  /// beginning.
  private func boot(
    _ job: BootJob, _ modules: DriverModules, _ answers: Answers, in tree: ModuleTree?, log: String
  ) async throws -> BootRecord {
    let accelerator = try await self.accelerator(job.kernel)
    func once(on machine: SavedMachine?) async throws -> (BootRecord, wasKilled: Bool) {
      let start = ContinuousClock.now
      let initramfs = try await self.initramfs(job, modules, answers, in: tree)
      let preparation = ContinuousClock.now - start
      let (report, execution) = try await run(
        initramfs, on: machine, kernel: job.kernel, accelerator: accelerator, limits: job.limits, log: log)
      let record = BootRecord(
        kernel: job.kernel.identity.name, accelerator: accelerator.rawValue, ending: Self.ending(report, execution),
        console: report.console, steps: report.steps, appeared: report.appeared, requested: report.requested,
        taint: report.taint, machineSeconds: execution.seconds, preparationSeconds: preparation / .seconds(1),
        evidence: execution.evidence(lines: [], log: log))
      return (record, Self.wasKilled(execution.exit))
    }
    if let machine = try await saved(job, modules, in: tree, accelerator) {
      do {
        let (record, wasKilled) = try await once(on: machine)
        if record.cameToDriver || record.ending == .finished || wasKilled { return record }
        await machines.drop(machine)
      } catch  where !(error is CancellationError) {
        // Another kmend may have taken it away.
      }
    }
    var (record, _) = try await once(on: nil)
    for again in 1...2 where record.ending == .reset && !record.cameToDriver {
      (record, _) = try await once(on: nil)
      record.evidence.lines = ["booted \(again + 1) times: the machine crashed before it came to the driver"]
    }
    return record
  }

  /// By somebody, and not by what it found; a shell tells of a signal by a status above 128.
  private static func wasKilled(_ exit: Execution.Exit) -> Bool {
    let signals = [SIGINT, SIGKILL, SIGTERM]
    switch exit {
    case .exited(let code): return signals.contains(code - 128)
    case .signalled(let signal): return signals.contains(signal)
    case .timedOut, .outputLimit, .memoryLimit, .diskLimit: return false
    }
  }

  /// The machine of the job's kernel to go on with; nil where booting is as fast, or one can't be saved.
  private func saved(
    _ job: BootJob, _ modules: DriverModules, in tree: ModuleTree?, _ accelerator: Accelerator
  ) async throws -> SavedMachine? {
    guard accelerator == .tcg, let tree else { return nil }
    let image = try self.image(job.kernel)
    let driver = Self.diskNames.flatMap(tree.modules)
    let entries = try await store.closure(of: driver, in: tree, kernel: job.kernel.identity)
    // The driver's own are loaded in their place.
    guard !entries.contains(where: { modules.contains($0.name) }) else { return nil }
    let start = Initramfs(
      busybox: try readBusybox(), diskModules: entries.map { .init(name: $0.name, bytes: $0.bytes) }, token: "")
    let command = MachineCommand(
      qemu: qemu, image: image, initramfs: "", megabytes: SavedMachine.megabytes(job.limits.memory),
      accelerator: accelerator)
    return try await machines.machine(
      for: job.kernel.identity, start: start.start, command: command, limits: job.limits)
  }

  /// What QEMU's disk is called where a kernel asks for its drivers (virtio 1.2, 4.1.2 and 5.2).
  private static let diskNames = [
    "pci:v00001AF4d00001001sv00001AF4sd00000002bc01sc00i00", "virtio:d00000002v00001AF4",
  ]

  /// Boots the kernel alone with the first accelerator that works; keeps the answer for `boot`.
  package func smokeBoot(_ kernel: Kernel) async throws -> SmokeBoot {
    var last: SmokeBoot?
    for accelerator in Accelerator.allCases {
      if accelerator == .kvm, !FileManager.default.fileExists(atPath: "/dev/kvm") { continue }
      let initramfs = Initramfs(busybox: try readBusybox(), token: Self.token())
      let limits = BootLimits(whole: accelerator == .kvm ? 15 : 120)
      let (report, execution) = try await run(
        initramfs, on: nil, kernel: kernel, accelerator: accelerator, limits: limits, log: nil)
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
    _ job: BootJob, _ modules: DriverModules, _ answers: Answers, in tree: ModuleTree?
  ) async throws -> Initramfs {
    var dependencies: [ModuleStore.Entry] = []
    let wanted = modules.needed(from: tree) + answers.served.values.joined()
    if let tree, !wanted.isEmpty {
      dependencies = try await store.closure(of: wanted, in: tree, kernel: job.kernel.identity)
    }
    return Initramfs(
      busybox: try readBusybox(),
      dependencies: dependencies.filter { !modules.contains($0.name) }.map { .init(name: $0.name, bytes: $0.bytes) },
      modules: modules.inOrder(ahead: answers.ahead), served: answers.served.keys.sorted(), token: Self.token(),
      loadSeconds: job.limits.load, exercises: job.exercises)
  }

  private var store: ModuleStore { ModuleStore(containment: containment, folder: cache + "/modules") }

  /// - Parameter machine: to go on with, if the plan has room on its disk.
  private func run(
    _ initramfs: Initramfs, on machine: SavedMachine?, kernel: Kernel, accelerator: Accelerator, limits: BootLimits,
    log: String?
  ) async throws -> (GuestReport, Execution) {
    var command = MachineCommand(
      qemu: qemu, image: try image(kernel), initramfs: scratch + "/kmend-initramfs-\(UUID().uuidString)",
      megabytes: 0, accelerator: accelerator)
    let plan = initramfs.plan
    if let machine, plan.count <= SavedMachine.room {
      let disk = scratch + "/kmend-disk-\(UUID().uuidString)"
      defer { try? FileManager.default.removeItem(atPath: disk) }
      try SavedMachine.writeDisk(disk, plan: plan)
      command.initramfs = machine.initramfs
      command.megabytes = machine.megabytes
      var limits = limits
      limits.console -= machine.console.count
      let execution = try await containment.run(command.resume(machine.state, disk: disk, limits, log: log))
      if let log { try prepend(machine.console, to: log) }
      return (GuestReport(console: machine.console + execution.output, token: initramfs.token), execution)
    }
    let archive = initramfs.start + plan
    // Unpacked and still packed, the archive is there twice.
    command.megabytes = (limits.memory + 2 * archive.count) >> 20
    defer { try? FileManager.default.removeItem(atPath: command.initramfs) }
    do { try Data(archive).write(to: URL(fileURLWithPath: command.initramfs)) } catch {
      throw Failure(
        .tryAgain, command.initramfs, "can't be written: \(error.localizedDescription)", remedy: "make room on the disk"
      )
    }
    let execution = try await containment.run(command.boot(limits, log: log))
    return (GuestReport(console: execution.output, token: initramfs.token), execution)
  }

  /// The log is of the whole machine, from its power-on.
  private func prepend(_ console: [UInt8], to log: String) throws {
    let rest = FileManager.default.contents(atPath: log) ?? Data()
    do { try (Data(console) + rest).write(to: URL(fileURLWithPath: log)) } catch {
      throw Failure(.tryAgain, log, "can't be written: \(error.localizedDescription)", remedy: "make room on the disk")
    }
  }

  private func image(_ kernel: Kernel) throws -> String {
    guard let image = kernel.image else {
      throw Failure(
        .unavailable, kernel.identity.name, "has no image to boot",
        remedy: "run kmend kernel add \(kernel.identity.request)")
    }
    guard FileManager.default.isExecutableFile(atPath: qemu) else {
      throw Failure(.unavailable, qemu, "is not installed", remedy: "run Deploy/setup")
    }
    return image
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

  private static func token() -> String {
    "kmend-" + String(UInt64.random(in: .min ... .max), radix: 16)
  }
}
