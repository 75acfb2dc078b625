// SPDX-License-Identifier: GPL-2.0-or-later

import Correspondence
import Foundation
import GitStore
import KernelModel
import MailFormat
import PatchFormat
import TestSupport

/// The templates as shipped.
func shippedTemplates() throws -> Templates {
  var texts: [String: String] = [:]
  for name in Templates.names {
    texts[name] = try String(contentsOfFile: "\(repositoryRoot)/Templates/\(name).mustache", encoding: .utf8)
  }
  return try Templates(texts)
}

/// Reports as the pipeline would make them, for series of made-up drivers.
enum Reports {
  static let from = KernelIdentity(
    request: "debian:6.1", name: "6.1", release: "6.1.0-50-amd64", sourceVersion: "6.1.170-1", suite: "bookworm",
    flavour: "amd64", compiler: "gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0")
  static let to = KernelIdentity(
    request: "debian:6.12", name: "6.12", release: "6.12.117+deb12-amd64", sourceVersion: "6.12.117-1~deb12u1",
    suite: "bookworm-backports", flavour: "amd64", compiler: "gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0")

  /// 2026-11-20 10:00:00 UTC.
  static let posting = Posting(
    author: Mailbox(name: "kmend", address: "kmend@example.org"), date: MailDate(seconds: 1_795_168_800),
    random: "8c1d03fe55a23f9a1c5be207", domain: "example.org")

  static let strlcpy = Rule(
    id: "strlcpy-1", symbol: "strlcpy", kind: .call,
    smpl: "@@\nexpression E0, E1, E2;\n@@\n- strlcpy(E0, E1, E2)\n+ strscpy(E0, E1, E2)",
    summary: "`strlcpy(E0, E1, E2)` → `strscpy(E0, E1, E2)`", support: 121, confidence: 0.67, opportunities: 263,
    examples: [
      example("drivers/media/usb/uvc/uvc_driver.c"), example("drivers/net/ethernet/intel/e1000/e1000_ethtool.c"),
      example("sound/core/timer.c"), example("drivers/usb/gadget/function/u_ether.c"),
    ],
    replay: Rule.Replay(reproduced: 118, tried: 123), introduces: ["strscpy"], flags: [])

  static func example(_ file: String) -> Rule.Example {
    Rule.Example(site: Site(file: file, line: 1), before: "strlcpy(a, b, c)", after: "strscpy(a, b, c)")
  }

  static func strlcpyChange(_ file: String) -> ChangeReport {
    ChangeReport(
      breaks: [
        Break(
          site: Site(file: file, line: 3, column: 3), kind: .functionGone, symbol: "strlcpy",
          message: "call to undeclared function 'strlcpy'",
          before: Declaration(
            name: "strlcpy", kind: .function, text: "size_t strlcpy(char *, const char *, size_t);",
            site: Site(file: "include/linux/string.h", line: 32)))
      ], rule: strlcpy, edits: 1)
  }

  static func headerChange(_ file: String) -> ChangeReport {
    ChangeReport(
      breaks: [
        Break(
          site: Site(file: file, line: 1), kind: .headerGone, symbol: "asm/unaligned.h", message: "file not found")
      ],
      rule: Rule(
        id: "unaligned-1", symbol: "asm/unaligned.h", kind: .include, smpl: "",
        summary: "`#include <asm/unaligned.h>` → `#include <linux/unaligned.h>`", support: 723, confidence: 0.99,
        opportunities: 731, examples: [example("drivers/hid/hid-core.c")],
        replay: Rule.Replay(reproduced: 240, tried: 241), introduces: ["linux/unaligned.h"], flags: []), edits: 1)
  }

  /// A report on patches, each given as API changes and changed files.
  static func report(
    driver name: String, _ patches: [(changes: [ChangeReport], files: [FileChange])], outcome: Outcome = .adapted
  ) throws -> SeriesReport {
    SeriesReport(
      driver: Driver(
        name: name, version: "1.2", origin: .debian(package: "\(name)-dkms", version: "1.2-3", sha256: "9f"),
        root: "/", recipe: .dkms),
      from: from, to: to, outcome: outcome,
      patches: try patches.map { patch in
        PatchReport(
          changes: patch.changes, compatibility: "6.1 has both forms, so no compatibility code is needed.",
          files: try Diffing.diff(patch.files))
      },
      kernels: [
        KernelProof(kernel: from, level: .booted, boot: .exercised),
        KernelProof(kernel: to, level: .booted, boot: .exercised),
      ],
      verdicts: [
        Verdict(gate: "spatch", kernel: "", result: .passed, summary: "spatch 1.1.1 makes the same edit"),
        Verdict(
          gate: "symbols", kernel: "6.12", result: .passed, summary: "one symbol went, one came, as the rule says"),
        Verdict(gate: "sparse", kernel: "6.12", result: .notRun, summary: "sparse is not installed"),
      ],
      notTested: ["No frame was captured: the device node was opened and read with a time limit only."],
      base: .words(
        "\(name)-dkms 1.2-3 (Debian archive, SHA-256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08)"),
      tools: ["kmend 0.1", "Coccinelle 1.1.1"], posting: posting)
  }
}
