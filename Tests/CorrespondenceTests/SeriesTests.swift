// SPDX-License-Identifier: GPL-2.0-or-later

import Correspondence
import KernelModel
import MailFormat
import PatchFormat
import TestSupport
import Testing

@Suite struct SeriesTests {
  static let before = """
    #include <asm/unaligned.h>
    #include <linux/string.h>

    static void name(char *to, const char *from)
    {
    \tstrlcpy(to, from, 16);
    }

    """
  static let middle = before.replacing("strlcpy", with: "strscpy")
  static let after = middle.replacing("asm/", with: "linux/")

  static func change(_ path: String, _ before: String, _ after: String) -> FileChange {
    FileChange(path: path, before: Array(before.utf8), after: Array(after.utf8))
  }

  static func lone(_ outcome: Outcome = .adapted) throws -> SeriesReport {
    try Reports.report(
      driver: "foo", [([Reports.strlcpyChange("foo.c")], [change("foo.c", before, middle)])], outcome: outcome)
  }

  static func two() throws -> SeriesReport {
    var report = try Reports.report(
      driver: "foo",
      [
        ([Reports.strlcpyChange("foo.c")], [change("foo.c", before, middle)]),
        ([Reports.headerChange("foo.c")], [change("foo.c", middle, after)]),
      ])
    report.patches[0].kernels = [
      KernelProof(kernel: Reports.from, level: .linked), KernelProof(kernel: Reports.to, level: .none, breaksLeft: 1),
    ]
    report.patches[1].compatibility = "6.1 has only the old header, so __has_include() chooses."
    return report
  }

  @Test func lonePatch() throws {
    let mails = try renderSeries(Self.lone(), templates: shippedTemplates())
    #expect(mails.map(\.number) == [1])
    try expectGolden(String(decoding: mbox(mails), as: UTF8.self), "Mail/lone.mbox")
  }

  @Test func seriesOfTwo() throws {
    var report = try Self.two()
    report.posting.version = 2
    report.posting.to = [Mailbox(name: "M\u{FC}ller, Ann", address: "ann@example.org")]
    let mails = try renderSeries(report, templates: shippedTemplates())
    #expect(mails.map(\.number) == [0, 1, 2])
    try expectGolden(String(decoding: mbox(mails), as: UTF8.self), "Mail/two.mbox")
  }

  /// What `git am` takes has no cover letter: its first patch says the same, and the thread begins there.
  @Test func seriesOfTwoWithoutCover() throws {
    var report = try Self.two()
    report.base = nil
    report.tools = ["kmend 0.1"]
    report.kernels[0].staysLoaded = true
    report.kernels[1].loadsInPart = true
    report.kernels[1].complaint = "WARNING in foo_exit [foo], while unloading foo"
    let mails = try renderSeries(report, templates: shippedTemplates(), withCover: false)
    #expect(mails.map(\.number) == [1, 2])
    #expect(mails[0].message["References"] == nil)
    #expect(mails[1].message["References"] == mails[0].message["Message-ID"])
    try expectGolden(String(decoding: mbox(mails), as: UTF8.self), "Mail/two-without-cover.mbox")
  }

  @Test func loneOfTwoChanges() throws {
    var header = Reports.headerChange("foo.c")
    header.rule = nil
    let callback = ChangeReport(
      breaks: [
        Break(
          site: Site(file: "foo.c", line: 9), kind: .callbackPrototype, symbol: "remove",
          container: "struct bar_driver",
          message: "incompatible function pointer types",
          before: Declaration(
            name: "remove", kind: .field, text: "int (*remove)(struct bar *)",
            site: Site(file: "include/linux/bar.h", line: 5), container: "struct bar_driver"),
          after: Declaration(
            name: "remove", kind: .field, text: "void (*remove)(struct bar *)",
            site: Site(file: "include/linux/bar.h", line: 7), container: "struct bar_driver"))
      ], rule: nil, edits: 2)
    var report = try Reports.report(
      driver: "foo",
      [([Reports.strlcpyChange("foo.c"), header, callback], [Self.change("foo.c", Self.before, Self.after)])])
    report.base = Series.Base(report.driver.origin)
    report.verdicts[0].summary = "spatch: 2 \u{D7} \u{201C}same\u{201D} \u{2192} fine"
    let mails = try renderSeries(report, templates: shippedTemplates())
    try expectGolden(String(decoding: mbox(mails), as: UTF8.self), "Mail/lone-of-three.mbox")
  }

  @Test func needsReview() throws {
    var report = try Self.lone(.needsReview)
    report.flags = [
      Flag(.deletion, "`.llseek = no_llseek` is deleted in foo.c:7"),
      Flag(.lowConfidence, "the rule for bd_inode rests on 3 of 25 in-tree places"),
    ]
    report.patches[0].changes[0].deletions = [".llseek = no_llseek,"]
    report.kernels[1].boot = .refusedAsBefore
    report.assistedBy = "LLM coccinelle"
    report.base = .publicCommit(String(repeating: "12", count: 20))
    report.patches[0].changes[0].cause = ChangeReport.Cause(
      commit: String(repeating: "ab", count: 20), subject: "string: remove strlcpy()", release: "6.8",
      link: "https://lore.kernel.org/r/1")
    report.patches[0].changes[0].breaks[0].before = Declaration(
      name: "strlcpy", kind: .macro, text: "#define strlcpy", site: Site(file: "include/linux/string.h", line: 32),
      body: "old_strlcpy")
    let mails = try renderSeries(report, templates: shippedTemplates())
    try expectGolden(String(decoding: mbox(mails), as: UTF8.self), "Mail/needs-review.mbox")
  }

  @Test func notAdapted() throws {
    var report = try Self.lone(.notAdapted)
    report.kernels[1] = KernelProof(kernel: Reports.to, level: .none, breaksLeft: 2)
    report.remaining = [
      RemainingBreak(
        Break(site: Site(file: "foo.c", line: 12), kind: .fieldGone, symbol: "xmit", message: "no member named 'xmit'"),
        example: Rule.Example(
          site: Site(file: "drivers/tty/serial/8250/8250_port.c", line: 1800), before: "\tuart_circ_empty(xmit)",
          after: "\tkfifo_is_empty(&tport->xmit_fifo)")),
      RemainingBreak(
        Break(site: Site(file: "foo.c", line: 14), kind: .other, symbol: "x", message: "something else")),
    ]
    let mails = try renderSeries(report, templates: shippedTemplates())
    try expectGolden(String(decoding: mbox(mails), as: UTF8.self), "Mail/not-adapted.mbox")
  }

  /// The same report makes the same bytes; what the clock and the dice decide is given.
  @Test func isDeterministic() throws {
    let bytes = try (0..<3).map { _ in
      try mbox(renderSeries(Self.two(), templates: shippedTemplates()))
    }
    #expect(Set(bytes).count == 1)
  }

  @Test func threadsUnderTheFirstMail() throws {
    let mails = try renderSeries(Self.two(), templates: shippedTemplates()).map(\.message)
    let root = try #require(mails[0]["Message-ID"])
    #expect(mails[0]["In-Reply-To"] == nil)
    #expect(mails[1...].allSatisfy { $0["In-Reply-To"] == root && $0["References"] == root })
    #expect(Set(mails.compactMap { $0["Message-ID"] }).count == 3)
    let dates = mails.compactMap { $0["Date"].flatMap { MailDate($0)?.seconds } }
    #expect(dates == [dates[0], dates[0] + 1, dates[0] + 2])
    #expect(Set(mails.compactMap { $0["X-Change-ID"] }) == ["20261120-foo-6-12-8c1d03fe55a2"])
  }

  /// A tool never certifies the origin of code, and names a model only if one took part.
  @Test func signsNothing() throws {
    for report in [try Self.lone(), try Self.two()] {
      let text = try String(
        decoding: mbox(renderSeries(report, templates: shippedTemplates())), as: UTF8.self)
      for trailer in ["Signed-off-by:", "Tested-by:", "Reviewed-by:", "Assisted-by:", "Fixes:", "Co-developed-by:"] {
        #expect(!text.contains(trailer))
      }
    }
  }

  @Test func maildirHoldsTheSameMails() throws {
    let report = try Self.two()
    let mails = try renderSeries(report, templates: shippedTemplates())
    let files = maildir(mails, posting: report.posting, host: "box")
    #expect(files.map(\.name) == files.map(\.name).sorted())
    #expect(files.map { Message(parsing: $0.bytes) } == mails.map(\.message))
  }

  @Test func needsAPatchAndDice() throws {
    var report = try Self.lone()
    let templates = try shippedTemplates()
    report.posting.random = "8c1d03fe55a2"
    #expect(throws: Failure.self) { try renderSeries(report, templates: templates) }
    report = try Self.lone()
    report.patches = []
    #expect(throws: Failure.self) { try renderSeries(report, templates: templates) }
  }
}
