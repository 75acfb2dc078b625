// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import LogTriage
import TestMachine
import TestSupport
import Testing

/// One boot and what is to come of it.
struct BootCase: Sendable, CustomTestStringConvertible {
  var modules: [String]
  var word: BootWord
  /// `Finding.tool` of all findings, in order, where there is no reference.
  var tools: [String] = []
  /// Some of `executed`.
  var executed: [String] = []
  var summary = ""
  /// The console's lines that the finding rests on name this.
  var line = ""

  var testDescription: String { modules.joined(separator: " ") }
}

@Suite(.serialized, .enabled(if: BootFixture.hasKernels, "\(BootFixture.reason)"))
struct BootTests {
  @Test(arguments: [
    BootCase(modules: ["clean"], word: .exercised, executed: ["open /dev/kmend_clean", "read /proc/kmend_clean"]),
    BootCase(
      modules: ["network"], word: .exercised,
      executed: ["up kmend0", "probe of /sys/bus/platform/drivers/kmend_network/kmend_network"]),
    BootCase(modules: ["above", "base"], word: .loaded, summary: "kmend_base, kmend_above loaded and unloaded twice"),
    BootCase(modules: ["video"], word: .loaded),
    BootCase(modules: ["asker"], word: .loaded),
    BootCase(modules: ["enodev"], word: .failed, tools: ["load"], summary: "No such device (errno 19)"),
    BootCase(modules: ["oops"], word: .failed, tools: ["oops"], summary: "while loading kmend_oops", line: "oops_read"),
    BootCase(modules: ["panic"], word: .failed, tools: ["panic"], summary: "fixture gives up", line: "panic_init"),
    BootCase(modules: ["warn"], word: .failed, tools: ["warning"], summary: "value 7 is out of", line: "warn_about"),
    BootCase(
      modules: ["bug"], word: .failed, tools: ["bug"], summary: "while unloading kmend_bug", line: "bug_exit"),
    // Which of the kernel's watchdogs barks first depends on how busy the host is.
    BootCase(modules: ["hang"], word: .failed, tools: [], summary: ""),
    BootCase(
      modules: ["sleeper"], word: .failed, tools: ["hang"], summary: "unloading kmend_sleeper", line: "task:rmmod"),
    BootCase(modules: ["forger"], word: .failed, tools: ["load"], summary: "Input/output error (errno 5)"),
    BootCase(
      modules: ["leaver"], word: .failed, tools: ["warning", "left-behind"], summary: "already registered",
      line: "leaver_init"),
    BootCase(modules: ["permanent"], word: .failed, tools: ["unload"], summary: "Device or resource busy"),
  ])
  func theNewestKernelSays(_ boot: BootCase) async throws {
    let kernel = try #require(BootFixture.kernels.last)
    try await withTemporaryFolder { folder in
      let record = try await BootFixture.boot(boot.modules, on: kernel, in: folder)
      let verdict = BootVerdict(adapted: record, reference: nil)
      let console = Comment(rawValue: record.console.suffix(80).joined(separator: "\n"))
      #expect(verdict.word == boot.word, console)
      let isAnyFailure = boot.tools.isEmpty && boot.word == .failed && !verdict.findings.isEmpty
      #expect(isAnyFailure || verdict.findings.map(\.tool) == boot.tools, console)
      #expect(Set(verdict.executed).isSuperset(of: boot.executed), console)
      #expect(verdict.summary.contains(boot.summary) || boot.summary.isEmpty, "\(verdict.summary)")
      #expect(verdict.lines.contains { $0.contains(boot.line) } || boot.line.isEmpty, "\(verdict.lines)")
      // The same on both sides is no finding.
      let unchanged = BootVerdict(adapted: record, reference: record)
      #expect(unchanged.findings.isEmpty)
      #expect(unchanged.known == verdict.findings)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["console.log"])
    }
  }

  @Test func refusesAsOnTheOldKernel() async throws {
    let kernels = BootFixture.kernels
    try await withTemporaryFolder { folder in
      let old = try await BootFixture.boot(["enodev"], on: kernels[0], in: folder)
      let new = try await BootFixture.boot(["enodev"], on: kernels[kernels.count - 1], in: folder)
      let verdict = BootVerdict(adapted: new, reference: old)
      #expect(verdict.word == .refusedAsBefore)
      #expect(verdict.known.map(\.tool) == ["load"])
    }
  }

  @Test func theOldestKernelLoadsWhatItNeedsToo() async throws {
    try await withTemporaryFolder { folder in
      let record = try await BootFixture.boot(["video", "clean"], on: BootFixture.kernels[0], in: folder)
      #expect(BootVerdict(adapted: record, reference: nil).word == .exercised)
      let before = record.steps.filter { $0.kind == .dependency }
      #expect(before.map(\.subject).contains("dummy"))
      #expect(before.allSatisfy { $0.result == .passed })
      #expect(before.map(\.subject).firstIndex(of: "mc")! < before.map(\.subject).firstIndex(of: "videodev")!)
    }
  }

  @Test func whatIsLoadedOnRequestIsLoadedBeforehand() async throws {
    let kernel = try #require(BootFixture.kernels.last)
    try await withTemporaryFolder { folder in
      let record = try await BootFixture.boot(["asker"], on: kernel, in: folder)
      #expect(record.requested == ["rtnl-link-dummy"])
      #expect(record.steps.contains { $0.kind == .dependency && $0.subject == "dummy" && $0.result == .passed })
    }
  }

  @Test func whatADriversModulesAskOfEachOtherIsLoadedFirst() async throws {
    let kernel = try #require(BootFixture.kernels.last)
    try await withTemporaryFolder { folder in
      let record = try await BootFixture.boot(["caller", "replier"], on: kernel, in: folder)
      let loads = record.steps.filter { $0.kind == .load }
      #expect(loads.map(\.subject) == ["kmend_replier", "kmend_caller"])
      #expect(BootVerdict(adapted: record, reference: nil).word == .loaded)
    }
  }

  @Test func aMachineThatCrashesBeforeTheDriverIsStartedAgainAndProvesNothing() async throws {
    let kernel = try #require(BootFixture.kernels.last)
    try await withTemporaryFolder { folder in
      // Without a first process the kernel panics.
      let busybox = folder + "/busybox"
      try Data("no program\n".utf8).write(to: URL(fileURLWithPath: busybox))
      let job = BootJob(kernel: kernel, modules: try await BootFixture.modules(["clean"], for: kernel))
      let machine = BootMachine(cache: BootFixture.cache, scratch: folder, busybox: busybox)
      let record = try await machine.boot(job, log: folder + "/console.log")
      let verdict = BootVerdict(adapted: record, reference: nil)
      #expect(verdict.word == .notRun)
      #expect(verdict.summary.contains("did not come to the driver"), "\(verdict.summary)")
      #expect(record.evidence.lines == ["booted 3 times: the machine crashed before it came to the driver"])
    }
  }

  @Test func aFloodEndsAtTheLimit() async throws {
    let kernel = try #require(BootFixture.kernels.last)
    try await withTemporaryFolder { folder in
      let limits = BootLimits(load: 60, console: 1 << 20)
      let record = try await BootFixture.boot(["flood"], on: kernel, in: folder, limits: limits)
      guard case .stopped(let reason) = record.ending else { return #expect(Bool(false), "\(record.ending)") }
      #expect(reason.contains("bytes of output"))
      #expect(record.console.reduce(0) { $0 + $1.utf8.count } <= 1 << 20)
      let verdict = BootVerdict(adapted: record, reference: nil)
      #expect(verdict.word == .failed)
      #expect(verdict.findings.contains { $0.message.contains("bytes of output") })
    }
  }

  @Test func aMachineThatIsKilledProvesNothingAndSaysWhy() async throws {
    let kernel = try #require(BootFixture.kernels.last)
    try await withTemporaryFolder { folder in
      async let record = BootFixture.boot(["hang"], on: kernel, in: folder, limits: BootLimits(load: 100))
      var victims: [Int32] = []
      while victims.isEmpty {
        try await Task.sleep(for: .milliseconds(100))
        victims = processes(below: ProcessInfo.processInfo.processIdentifier, named: "qemu-system-x86")
      }
      for victim in victims { kill(victim, SIGKILL) }
      let verdict = BootVerdict(adapted: try await record, reference: nil)
      #expect(verdict.word == .notRun)
      #expect(verdict.summary.contains("the machine"), "\(verdict.summary)")
      #expect(processes(below: ProcessInfo.processInfo.processIdentifier, named: "qemu-system-x86").isEmpty)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["console.log"])
    }
  }

  @Test func aCancelledBootLeavesNothing() async throws {
    let kernel = try #require(BootFixture.kernels.last)
    try await withTemporaryFolder { folder in
      let boot = Task { try await BootFixture.boot(["hang"], on: kernel, in: folder, limits: BootLimits(load: 100)) }
      while processes(below: ProcessInfo.processInfo.processIdentifier, named: "qemu-system-x86").isEmpty {
        try await Task.sleep(for: .milliseconds(100))
      }
      boot.cancel()
      await #expect(throws: (any Error).self) { try await boot.value }
      #expect(processes(below: ProcessInfo.processInfo.processIdentifier, named: "qemu-system-x86").isEmpty)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0 != "console.log" } == [])
    }
  }

  @Test func aModuleOfAnotherKernelIsRefusedInTheKernelsWords() async throws {
    let kernels = BootFixture.kernels
    try await withTemporaryFolder { folder in
      let modules = try await BootFixture.modules(["clean"], for: kernels[0])
      let whole = try Data(contentsOf: URL(fileURLWithPath: modules[0]))
      let cut = folder + "/cut.ko"
      try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: cut))
      let job = BootJob(kernel: kernels[kernels.count - 1], modules: modules + [cut])
      let record = try await BootFixture.machine(folder).boot(job, log: folder + "/console.log")
      let verdict = BootVerdict(adapted: record, reference: nil)
      #expect(verdict.word == .failed)
      #expect(verdict.findings.map(\.tool).contains { ["module-format", "symbol-version"].contains($0) })
      #expect(verdict.findings.filter { $0.tool == "load" }.count == 2)
    }
  }

  /// What a machine shows that goes on where another one was saved is what one shows that boots.
  @Test func aSavedMachineGoesOn() async throws {
    let kernel = try #require(BootFixture.kernels.last)
    try await withTemporaryFolder { folder in
      let modules = try await BootFixture.modules(["clean"], for: kernel)
      let (cache, log) = (folder + "/cache", folder + "/console.log")
      try FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: true)
      try? FileManager.default.copyItem(
        atPath: BootFixture.cache + "/accelerator.json", toPath: cache + "/accelerator.json")
      func boot() async throws -> BootRecord {
        try await BootMachine(cache: cache, scratch: folder).boot(BootJob(kernel: kernel, modules: modules), log: log)
      }
      let first = try await boot()
      // The processor's own virtualisation boots as fast.
      guard first.accelerator == "tcg" else { return }
      #expect(first.evidence.command.contains("-incoming"))
      let logged = String(decoding: try Data(contentsOf: URL(fileURLWithPath: log)), as: UTF8.self)
      #expect(logged.contains("Linux version") && logged.contains(" end 0"))
      #expect(first.console.contains { $0.hasPrefix("Linux version") })

      let places = try FileManager.default.contentsOfDirectory(atPath: cache + "/machines")
      let place = cache + "/machines/\(try #require(places.first))"
      #expect(places.count == 1)
      #expect(try FileManager.default.contentsOfDirectory(atPath: place).sorted() == ["console", "initramfs", "state"])
      // A state that is none costs a boot from the beginning, and is saved anew.
      try Data("no state\n".utf8).write(to: URL(fileURLWithPath: place + "/state"))
      let second = try await boot()
      #expect(!second.evidence.command.contains("-incoming"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: cache + "/machines") == [])
      let third = try await boot()
      #expect(third.evidence.command.contains("-incoming"))
      for record in [second, third] {
        #expect(record.steps.map(\.subject) == first.steps.map(\.subject))
        #expect(record.appeared == first.appeared)
        #expect(BootVerdict(adapted: record, reference: first).word == .exercised)
      }
    }
  }

  @Test func theSmokeBootFindsAnAcceleratorAndRemembersIt() async throws {
    let kernel = try #require(BootFixture.kernels.last)
    try await withTemporaryFolder { folder in
      let smoke = try await BootMachine(cache: folder + "/cache", scratch: folder).smokeBoot(kernel)
      #expect(smoke.works, "\(smoke.detail)")
      #expect(smoke.seconds > 0)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/cache") == ["accelerator.json"])
    }
  }
}

/// Two kernels of one release are two machines.
@Suite(.enabled(if: BootFixture.hasKernels, "\(BootFixture.reason)")) struct SavedMachineTests {
  @Test func anotherImageIsAnotherMachine() async throws {
    let kernel = try #require(BootFixture.kernels.last)
    try await withTemporaryFolder { folder in
      let modules = try await BootFixture.modules(["clean"], for: kernel)
      let machine = BootFixture.machine(folder)
      let first = try await machine.boot(BootJob(kernel: kernel, modules: modules), log: folder + "/first.log")
      guard first.accelerator == "tcg" else { return }
      var other = kernel
      other.image = folder + "/vmlinuz"
      try Data("no kernel\n".utf8).write(to: URL(fileURLWithPath: folder + "/vmlinuz"))
      let second = try await machine.boot(BootJob(kernel: other, modules: modules), log: folder + "/second.log")
      #expect(first.cameToDriver && !second.cameToDriver)
    }
  }
}

/// What can't be booted ends the command, with a remedy.
@Suite struct BootRefusalTests {
  private let kernel = Kernel(
    identity: KernelIdentity(request: "local:/x", name: "x", release: "6.12.0-x", sourceVersion: "6.12.0"), mounts: [],
    buildDirectory: "/x")

  @Test func aKernelWithoutImage() async throws {
    try await withTemporaryFolder { folder in
      let machine = BootMachine(cache: folder, scratch: folder)
      let failure = await #expect(throws: Failure.self) {
        try await machine.boot(BootJob(kernel: kernel, modules: []), log: folder + "/log")
      }
      #expect(failure?.code == .unavailable)
      #expect(failure?.remedy.isEmpty == false)
    }
  }

  @Test(arguments: [("/nowhere/busybox", "/usr/bin/true"), ("/usr/bin/true", "/nowhere/qemu")])
  func aMissingTool(busybox: String, qemu: String) async throws {
    try await withTemporaryFolder { folder in
      var bootable = kernel
      bootable.image = "/usr/bin/true"
      let machine = BootMachine(cache: folder, scratch: folder, busybox: busybox, qemu: qemu)
      let failure = await #expect(throws: Failure.self) { try await machine.smokeBoot(bootable) }
      #expect(failure?.code == .unavailable)
      #expect(failure?.subject.hasPrefix("/nowhere") == true)
    }
  }

  @Test(arguments: ["odd name.ko", "a;b.ko", "notes.txt"])
  func aFileThatIsNoModule(name: String) async throws {
    try await withTemporaryFolder { folder in
      try Data("text".utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
      var bootable = kernel
      bootable.image = "/usr/bin/true"
      // The accelerator is known to nobody here: it must not be asked for before the files are read.
      let machine = BootMachine(cache: folder, scratch: folder)
      let failure = await #expect(throws: Failure.self) {
        try await machine.boot(BootJob(kernel: bootable, modules: [folder + "/" + name]), log: folder + "/log")
      }
      #expect(failure?.code == .badInput)
    }
  }
}

/// Processes called `name` among the descendants of a process, by `/proc`.
private func processes(below ancestor: Int32, named name: String) -> [Int32] {
  let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
  var parents: [Int32: Int32] = [:]
  var found: [Int32] = []
  for process in all {
    guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let close = stat.lastIndex(of: ")"), let open = stat.firstIndex(of: "(")
    else { continue }
    let fields = stat[stat.index(after: close)...].split(separator: " ")
    parents[process] = fields.dropFirst().first.flatMap { Int32($0) }
    if stat[stat.index(after: open)..<close] == name, fields.first != "Z" { found.append(process) }
  }
  return found.filter { process in
    var current: Int32? = process
    while let parent = current.flatMap({ parents[$0] }), parent > 1 {
      if parent == ancestor { return true }
      current = parent
    }
    return false
  }
}
