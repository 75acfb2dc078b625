// SPDX-License-Identifier: GPL-2.0-or-later

import Correspondence
import KernelModel
import PatchFormat
import TestSupport
import Testing

/// Titles follow from the kind of the break and from what the rule brings in.
@Suite struct TitleTests {
  struct Row: Sendable {
    var kind: Break.Kind
    var symbol: String
    var container: String?
    var new: [String] = []
    var smpl = ""
    var title: String
  }

  static let rows: [Row] = [
    Row(
      kind: .functionGone, symbol: "old", new: ["new"], smpl: "- old(E)\n+ new(E)", title: "use new() instead of old()"),
    Row(
      kind: .functionGone, symbol: "old", new: ["FLAG"], smpl: "- old(E)\n+ E & FLAG",
      title: "use FLAG instead of old()"),
    Row(kind: .functionGone, symbol: "old", title: "drop old()"),
    Row(kind: .nameGone, symbol: "no_llseek", title: "drop no_llseek"),
    Row(kind: .nameGone, symbol: "OLD", new: ["NEW"], smpl: "- OLD\n+ NEW", title: "use NEW instead of OLD"),
    Row(
      kind: .fieldGone, symbol: "userhdr", container: "struct genl_info", new: ["genl_info_userhdr"],
      smpl: "- E->userhdr\n+ genl_info_userhdr(E)",
      title: "use genl_info_userhdr() instead of userhdr of struct genl_info"),
    Row(
      kind: .headerGone, symbol: "asm/unaligned.h", new: ["linux/unaligned.h"],
      title: "include <linux/unaligned.h> instead of <asm/unaligned.h>"),
    Row(kind: .headerGone, symbol: "a.h", title: "do not include <a.h>"),
    Row(
      kind: .includeNotReached, symbol: "vfree", new: ["<linux/vmalloc.h>"],
      title: "include <linux/vmalloc.h> for vfree"),
    Row(kind: .arguments, symbol: "class_create", title: "adapt the calls of class_create() to its new arguments"),
    Row(
      kind: .callbackPrototype, symbol: "remove", container: "struct platform_driver",
      title: "adapt .remove of struct platform_driver to its new prototype"),
    Row(kind: .madeConst, symbol: "drv", title: "treat drv as const"),
    Row(kind: .namespace, symbol: "foo", title: "import the namespace of foo"),
    Row(kind: .buildRule, symbol: "EXTRA_CFLAGS", title: "adapt the build rules"),
    Row(
      kind: .callbackPrototype, symbol: "a_callback_with_a_long_name", container: "struct with_a_very_long_name_indeed",
      title: "adapt .a_callback_with_a_long_name to its new prototype"),
    Row(kind: .functionGone, symbol: String(repeating: "x", count: 300), title: "adapt to Linux 6.12"),
    Row(
      kind: .functionGone, symbol: "a\nSigned-off-by: x", new: ["[b]"], title: "use [b] instead of a Signed-off-by: x()"
    ),
  ]

  @Test(arguments: rows)
  func title(row: Row) throws {
    let change = ChangeReport(
      breaks: [
        Break(
          site: Site(file: "a.c", line: 1), kind: row.kind, symbol: row.symbol, container: row.container, message: "m")
      ],
      rule: Rule(
        id: "r", symbol: row.symbol, kind: .call, smpl: row.smpl, summary: "", support: 1, confidence: 1,
        opportunities: 1,
        examples: [], replay: Rule.Replay(reproduced: 0, tried: 0), introduces: row.new, flags: []), edits: 1)
    let file = SeriesTests.change("a.c", "a\n", "b\n")
    let mails = try renderSeries(Reports.report(driver: "foo", [([change], [file])]), templates: shippedTemplates())
    #expect(mails[0].patch?.title == "foo: \(row.title)")
  }

  @Test(arguments: [
    ("foo", "foo: "), ("foo bar", "foo-bar: "), ("[x]: y", "-x---y: "), ("", "driver: "), ("\u{202E}x\n", "x: "),
    (String(repeating: "n", count: 90), String(repeating: "n", count: 37) + "...: "),
  ])
  func prefix(name: String, prefix: String) throws {
    let file = SeriesTests.change("a.c", "a\n", "b\n")
    let report = try Reports.report(driver: name, [([Reports.strlcpyChange("a.c")], [file])])
    let title = try #require(renderSeries(report, templates: shippedTemplates())[0].patch?.title)
    #expect(title.hasPrefix(prefix) && title.count <= 70, "\(title)")
  }
}

@Suite struct BaseTests {
  @Test(
    arguments: [
      (Driver.Origin.directory(path: "/home/me/foo"), nil),
      (.tarball(path: "/tmp/foo-1.tar.gz", sha256: "9f"), .words("foo-1.tar.gz (SHA-256 9f)")),
      (.git(repository: "https://example.org/foo.git", commit: "12"), .publicCommit("12")),
      (.git(repository: "/home/me/foo", commit: "12"), .words("commit 12 of the repository foo")),
      (.debian(package: "foo-dkms", version: "1-2", sha256: "9f"), .words("foo-dkms 1-2 (Debian package, SHA-256 9f)")),
    ] as [(Driver.Origin, Series.Base?)])
  func tellsNoPathOfThisMachine(origin: Driver.Origin, base: Series.Base?) { #expect(Series.Base(origin) == base) }
}
