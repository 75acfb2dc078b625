// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import TestSupport
import Testing

import TestMachine

@Suite struct GuestReportTests {
  private func report(_ console: String) -> GuestReport { GuestReport(console: Array(console.utf8), token: "kmend-1") }

  @Test func readsStepsInOrderWithTheirLines() {
    let report = report(
      """
      [    0.000000] Linux version 6.12\r
      [    1.500000] kmend-1 up\r
      [    1.600000] kmend-1 taint 512\r
      [    1.700000] kmend-1 begin load foo\r
      [    1.800000] foo: hello\r
      [    1.950000] kmend-1 end 0\u{20}\r
      [    2.000000] kmend-1 appear character-device /dev/foo\r
      [    2.100000] kmend-1 begin exercise open /dev/foo\r
      [    2.200000] kmend-1 end 1 stty: can't open '/dev/foo': No such device\r
      [    2.300000] kmend-1 remain /dev/foo\r
      [    2.300000] kmend-1 request crypto-aes\r
      [    2.300000] kmend-1 request crypto-aes\r
      [    2.400000] kmend-1 taint 12800\r
      [    2.400000] kmend-1 off\r
      [    2.500000] reboot: Power down\r

      """)
    #expect(report.console == ["Linux version 6.12", "foo: hello", "reboot: Power down"])
    #expect(report.steps.map(\.kind) == [.start, .load, .exercise])
    #expect(report.steps.map(\.subject) == ["", "foo", "open /dev/foo"])
    #expect(report.steps.map(\.lines) == [0..<1, 1..<2, 2..<2])
    #expect(
      report.steps.map(\.result) == [
        .passed, .passed, .refused(code: 1, message: "stty: can't open '/dev/foo': No such device"),
      ])
    #expect(abs(report.steps[1].seconds - 0.25) < 1e-6)
    #expect(report.appeared == [Appearance(kind: .characterDevice, path: "/dev/foo", remains: true)])
    #expect(report.requested == ["crypto-aes"])
    #expect(report.taint == 12288)
    #expect(report.isFinished)
  }

  @Test(arguments: [
    ("", BootStep.Result.unfinished), ("[    1.0] kmend-1 up\n", .passed), ("[    1.0] kmend-12 up\n", .unfinished),
    ("[    1.0] foo kmend-1 up\n", .unfinished), ("[    1.0][    T1] kmend-1 up\n", .passed),
    ("[    1.0][   C12] kmend-1 up\n", .passed), ("[    1.0] [drm] kmend-1 up\n", .unfinished),
  ])
  func onlyALineThatBeginsWithTheTokenIsAMark(console: String, start: BootStep.Result) {
    #expect(report(console).steps[0].result == start)
  }

  @Test func aCutConsoleLeavesItsStepUnfinished() {
    let report = report("[ 1.0] kmend-1 up\n[ 1.0] kmend-1 begin load foo\n[ 1.5] half a li")
    #expect(report.steps.last?.result == .unfinished)
    #expect(report.steps.last?.lines == 0..<1)
    #expect(!report.isFinished)
  }

  @Test func controlCharactersDoNotReachATerminal() {
    #expect(report("[ 1.0] a\u{1b}[2Jb\u{7}\tc\u{7f}\n").console == ["a?[2Jb?\tc?"])
  }
}

@Suite struct LoadOrderTests {
  /// Two that are asked for come first, each behind what it needs.
  @Test func whatIsAskedForComesFirst() {
    let needs = ["user": ["base"], "asked": ["base"], "also": ["deep"], "deep": ["base"]]
    let order = LoadOrder.sorted(
      ["user", "asked", "test", "also", "deep", "base"], needs: needs, ahead: ["also", "asked"])
    #expect(order == ["base", "asked", "deep", "also", "user", "test"])
  }

  @Test(arguments: [
    (["a", "b", "c"], [:], ["a", "b", "c"]), (["a", "b"], ["a": ["b"]], ["b", "a"]),
    (["a", "b", "c"], ["a": ["c", "nobody"], "c": ["b"]], ["b", "c", "a"]),
    (["a", "b"], ["a": ["b"], "b": ["a"]], ["b", "a"]), (["a", "a"], ["a": ["a"]], ["a"]),
  ])
  func isAfterWhatItNeeds(names: [String], needs: [String: [String]], order: [String]) {
    #expect(LoadOrder.sorted(names, needs: needs) == order)
  }

  @Test func aLongChainIsNoTrouble() {
    let names = (0..<50_000).map { "m\($0)" }
    let needs = Dictionary(uniqueKeysWithValues: (0..<49_999).map { ("m\($0)", ["m\($0 + 1)"]) })
    #expect(LoadOrder.sorted(names, needs: needs).first == "m49999")
  }
}
