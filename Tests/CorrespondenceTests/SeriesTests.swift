// SPDX-License-Identifier: GPL-2.0-or-later

import Correspondence
import KernelModel
import MailFormat
import PatchFormat
import TestSupport
import Testing

@Suite struct SeriesTests {
  static let before =
    "#include <linux/string.h>\n\nstatic void name(char *to, const char *from)\n{\n\tstrlcpy(to, from, 16);\n}\n"
  static let after =
    "#include <linux/string.h>\n\nstatic void name(char *to, const char *from)\n{\n\tstrscpy(to, from, 16);\n}\n"

  @Test func lonePatch() throws {
    let change = FileChange(path: "foo.c", before: Array(Self.before.utf8), after: Array(Self.after.utf8))
    let report = try Reports.report(driver: "foo", [([Reports.strlcpyChange("foo.c")], [change])])
    let mails = try renderSeries(report, templates: shippedTemplates())
    #expect(mails.map(\.number) == [1])
    #expect(mails[0].message["Subject"] == "[PATCH] foo: use strscpy() instead of strlcpy()")
    try expectGolden(String(decoding: mbox(mails, withCover: true), as: UTF8.self), "Series/lone.mbox")
  }
}
