// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import LogTriage
import Testing

private let evidence = Evidence(command: "qemu", exit: "exit 0", seconds: 1, lines: [])

/// A record of a boot that printed one line before each step and `console` during the first load.
private func record(
  _ steps: [(BootStep.Kind, String, BootStep.Result)], console: [String] = [], ending: BootRecord.Ending = .finished,
  appeared: [Appearance] = [], taint: UInt64 = 0
) -> BootRecord {
  var lines = ["WARNING: CPU: 0 PID: 0 at init/main.c:1 start_kernel+0x1/0x2", "---[ end trace ]---"]
  var all = [BootStep(kind: .start, subject: "", result: .passed, seconds: 1, lines: 0..<2)]
  for (kind, subject, result) in steps {
    let begin = lines.count
    if kind == .load, !all.contains(where: { $0.kind == .load }) { lines += console }
    all.append(BootStep(kind: kind, subject: subject, result: result, seconds: 0.1, lines: begin..<lines.count))
  }
  return BootRecord(
    kernel: "6.12", accelerator: "tcg", ending: ending, console: lines, steps: all, appeared: appeared, taint: taint,
    evidence: evidence)
}

private let twice: [(BootStep.Kind, String, BootStep.Result)] = [
  (.load, "foo", .passed), (.unload, "foo", .passed), (.loadAgain, "foo", .passed), (.unloadAgain, "foo", .passed),
]
private let noDevice = BootStep.Result.refused(code: 19, message: "insmod: can't insert 'foo.ko': No such device")
private let exists = BootStep.Result.refused(code: 17, message: "insmod: can't insert 'foo.ko': File exists")

@Suite struct BootVerdictTests {
  @Test func whatTheKernelSaysBeforeTheDriverIsNotTheDrivers() {
    let verdict = BootVerdict(adapted: record(twice), reference: nil)
    #expect(verdict.word == .loaded)
    #expect(verdict.findings.isEmpty)
    #expect(verdict.summary == "foo loaded and unloaded twice")
  }

  @Test func aRefusalCountsUnlessTheReferenceRefusedForTheSameReason() {
    let adapted = record([(.load, "foo", noDevice)])
    #expect(BootVerdict(adapted: adapted, reference: nil).word == .failed)
    #expect(BootVerdict(adapted: adapted, reference: record(twice)).word == .failed)
    #expect(BootVerdict(adapted: adapted, reference: record([(.load, "foo", exists)])).word == .failed)
    let same = BootVerdict(adapted: adapted, reference: adapted)
    #expect(same.word == .refusedAsBefore)
    #expect(same.known.map(\.message) == ["loading foo is refused: No such device (errno 19)"])
  }

  @Test(arguments: [
    ([], "No such file or directory"), (["foo: Unknown symbol bar (err -2)"], "unknown symbol in module"),
  ])
  func insmodMistakesOneErrorForAnother(console: [String], words: String) {
    let message = "insmod: can't insert 'foo.ko': unknown symbol in module, or unknown parameter"
    let refused = record([(.load, "foo", .refused(code: 2, message: message))], console: console)
    let verdict = BootVerdict(adapted: refused, reference: nil)
    #expect(verdict.findings.last?.message.hasPrefix("loading foo is refused: \(words)") == true)
  }

  @Test func aDependencyThatRefusesIsToldWhereTheDriverRefuses() {
    let dependency = (BootStep.Kind.dependency, "bar", noDevice)
    let refused = BootVerdict(adapted: record([dependency, (.load, "foo", noDevice)]), reference: nil)
    #expect(refused.findings.map(\.tool) == ["dependency", "load"])
    #expect(refused.findings.map(\.severity) == [.note, .error])
    #expect(BootVerdict(adapted: record([dependency] + twice), reference: nil).findings.isEmpty)
  }

  @Test func someModulesMayRefuseAsBefore() {
    let both = record([(.load, "bar", noDevice)] + twice)
    let verdict = BootVerdict(adapted: both, reference: both)
    #expect(verdict.word == .loaded)
    #expect(verdict.summary == "foo loaded and unloaded twice, 1 of 2 refused as before")
    #expect(verdict.loadsInPart && !verdict.staysLoaded)
  }

  /// What was only loaded must not be told as loaded and unloaded.
  @Test func whatCanNotBeUnloadedStaysLoaded() {
    let busy = BootStep.Result.refused(code: 16, message: "rmmod: can't unload module 'foo': Resource busy")
    let stays = record([(.load, "foo", .passed), (.unload, "foo", busy)])
    let verdict = BootVerdict(adapted: stays, reference: stays)
    #expect(verdict.word == .loaded)
    #expect(verdict.staysLoaded && !verdict.loadsInPart)
    #expect(verdict.summary == "foo loaded; can't be unloaded, as before")
    #expect(!BootVerdict(adapted: record(twice), reference: nil).staysLoaded)
  }

  @Test func aSplatCountsUnlessTheReferenceHadItElsewhereInTheSameFunction() {
    func splat(_ line: Int, _ offset: String) -> [String] {
      [
        "WARNING: CPU: 1 PID: 9\(line) at /build/foo.c:\(line) foo_init+0x\(offset) [foo]",
        "RIP: 0010:foo_init+0x\(offset) [foo]", "Call Trace:", " do_one_initcall+0x5b/0x320", "---[ end trace 0 ]---",
      ]
    }
    let adapted = record(twice, console: splat(12, "4/0x20"), taint: 1 << 9)
    let verdict = BootVerdict(adapted: adapted, reference: record(twice))
    #expect(verdict.word == .failed)
    #expect(verdict.findings.map(\.tool) == ["warning"])
    #expect(verdict.lines.contains("RIP: 0010:foo_init+0x4/0x20 [foo]"))
    let known = BootVerdict(adapted: adapted, reference: record(twice, console: splat(31, "5/0x30")))
    #expect(known.word == .loaded)
    #expect(known.known.map(\.tool) == ["warning"])
    #expect(known.complaints == known.known && verdict.complaints.isEmpty)
  }

  @Test func whatNoLongerAppearsAsksForAReview() {
    let device = Appearance(kind: .characterDevice, path: "/dev/foo0")
    let before = record(twice, appeared: [device, Appearance(kind: .sysfs, path: "/sys/class/foo")])
    let verdict = BootVerdict(adapted: record(twice), reference: before)
    #expect(verdict.word == .loaded)
    #expect(verdict.findings.map(\.tool) == ["lost"])
    #expect(verdict.findings.map(\.severity) == [.warning])
    let renumbered = Appearance(kind: .characterDevice, path: "/dev/foo12")
    #expect(BootVerdict(adapted: record(twice, appeared: [renumbered]), reference: before).findings.isEmpty)
  }

  @Test func probeAndOpenAreExercise() {
    let driver = Appearance(kind: .driver, path: "/sys/bus/pci/drivers/foo")
    let opened = record(twice + [(.exercise, "open /dev/foo", .passed), (.exercise, "read attributes", .passed)])
    #expect(BootVerdict(adapted: opened, reference: nil).word == .exercised)
    #expect(BootVerdict(adapted: opened, reference: nil).executed == ["open /dev/foo"])
    let attributes = record(twice + [(.exercise, "read attributes", .passed)], appeared: [driver])
    let unprobed = BootVerdict(adapted: attributes, reference: nil)
    #expect(unprobed.word == .loaded)
    #expect(unprobed.notExecuted.count == 1)
    let bound = Appearance(kind: .boundDevice, path: "/sys/bus/pci/drivers/foo/0000:00:01.0")
    let probed = BootVerdict(adapted: record(twice, appeared: [driver, bound]), reference: nil)
    #expect(probed.word == .exercised)
    #expect(probed.notExecuted.isEmpty)
  }

  @Test(arguments: [
    (BootRecord.Ending.stopped(reason: "time-out after 120 s"), "time-out after 120 s"),
    (.stopped(reason: "exit 137"), "exit 137"), (.reset, "without a word"),
  ])
  func aMachineThatEndsIsAFailureWithItsReason(ending: BootRecord.Ending, words: String) {
    let stopped = record([(.load, "foo", .unfinished)], ending: ending)
    let verdict = BootVerdict(adapted: stopped, reference: record(twice))
    #expect(verdict.word == .failed)
    #expect(verdict.findings.contains { $0.message.contains(words) })
  }

  @Test func anOopsExplainsTheResetAndTheUnfinishedStep() {
    let console = ["BUG: kernel NULL pointer dereference, address: 0", "RIP: 0010:foo_init+0x4/0x20 [foo]"]
    let verdict = BootVerdict(
      adapted: record([(.load, "foo", .unfinished)], console: console, ending: .reset), reference: nil)
    #expect(verdict.findings.map(\.tool) == ["oops"])
    #expect(verdict.summary.hasSuffix("in foo_init [foo], while loading foo"))
  }

  @Test func aMachineThatNeverCameToTheDriver() {
    let silent = BootRecord(
      kernel: "6.12", accelerator: "tcg", ending: .stopped(reason: "exit 1: no such image"), console: [],
      steps: [BootStep(kind: .start, subject: "", result: .unfinished, seconds: 0, lines: 0..<0)], evidence: evidence)
    let verdict = BootVerdict(adapted: silent, reference: nil)
    #expect(verdict.word == .notRun)
    #expect(verdict.summary == "the machine printed nothing: exit 1: no such image")
    // A reference that didn't run excuses nothing.
    #expect(BootVerdict(adapted: silent, reference: silent).word == .notRun)
  }

  @Test func aLockupThatWeMakeAPanicIsOneFinding() {
    let console = [
      "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [insmod:106]", "RIP: 0010:foo_init+0x4/0x20 [foo]",
      "Kernel panic - not syncing: softlockup: hung tasks",
    ]
    let verdict = BootVerdict(
      adapted: record([(.load, "foo", .unfinished)], console: console, ending: .reset), reference: nil)
    #expect(verdict.findings.map(\.tool) == ["soft-lockup"])
    #expect(verdict.findings.map(\.severity) == [.fatal])
  }

  @Test func whatFailsAsBeforeStillFails() {
    let console = ["BUG: kernel NULL pointer dereference, address: 0", "RIP: 0010:foo_exit+0x4/0x20 [foo]"]
    let oops = record([(.load, "foo", .passed), (.unload, "foo", .unfinished)], console: console, ending: .reset)
    let verdict = BootVerdict(adapted: oops, reference: oops)
    #expect(verdict.word == .failed)
    #expect(verdict.findings.isEmpty)
    #expect(verdict.summary.hasPrefix("fails as the unadapted driver does: BUG: kernel NULL"))
  }

  @Test func whatCouldNeverBeUnloadedIsLoaded() {
    let busy = BootStep.Result.refused(code: 1, message: "rmmod: can't unload module 'foo': Device or resource busy")
    let permanent = record([(.load, "foo", .passed), (.unload, "foo", busy)])
    #expect(BootVerdict(adapted: permanent, reference: record(twice)).word == .failed)
    let verdict = BootVerdict(adapted: permanent, reference: permanent)
    #expect(verdict.word == .loaded)
    #expect(verdict.summary == "foo loaded; can't be unloaded, as before")
  }

  @Test func aTaintWithoutAWordIsAFinding() {
    #expect(BootVerdict(adapted: record(twice, taint: 1 << 12 | 1 << 13 | 1), reference: nil).findings.isEmpty)
    let warned = BootVerdict(adapted: record(twice, taint: 1 << 9), reference: nil)
    #expect(warned.findings.map(\.message) == ["the kernel is tainted by a warning"])
  }
}
