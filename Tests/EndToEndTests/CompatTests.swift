// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Pipeline
import TestSupport
import Testing

extension EndToEnd {
  /// A driver that meets every kind of change for which the older kernel needs the old form, in each style.
  @Suite struct CompatTests {
    struct Case: CustomTestStringConvertible, Sendable {
      var style: String
      var code: Int32
      /// What the adapted driver says, and what it must not say.
      var says: [String]
      var lacks: [String]
      var keeps: [String] = ["6.1", "6.12"]
      var testDescription: String { style }
    }

    @Test(arguments: [
      Case(
        style: "auto", code: 1,
        says: [
          "#if __has_include(<linux/unaligned.h>)\n#include <linux/unaligned.h>\n#else\n#include <asm/unaligned.h>\n",
          "#ifdef HAVE_NEW_DEFINE_SEMAPHORE\nstatic DEFINE_SEMAPHORE(older_lock, 1);\n#else\n",
          "#ifndef class_create\n\tolder_class = class_create(\"older\");\n#else\n",
          "#ifdef HAVE_NEW_PLATFORM_DRIVER_REMOVE\nstatic void older_remove(struct platform_device *pdev)\n#else\n",
          "static char *older_devnode(const struct device *dev, umode_t *mode)\n#else\n",
          "\tup(&older_lock);\n\n#ifndef HAVE_NEW_PLATFORM_DRIVER_REMOVE\n\treturn 0;\n#endif\n}\n",
          "header = genl_info_userhdr(info);", "#include \"compat.h\"\n",
        ], lacks: ["LINUX_VERSION_CODE", "no_llseek", "info->userhdr"]),
      Case(
        style: "probe", code: 1,
        says: [
          "#if __has_include(<linux/unaligned.h>)\n",
          "#ifdef HAVE_NEW_CLASS_CREATE\n\tolder_class = class_create(\"older\");\n#else\n",
        ], lacks: ["LINUX_VERSION_CODE", "ifndef class_create"]),
      Case(
        style: "version", code: 1,
        says: [
          "#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)\n#include <linux/unaligned.h>\n#else\n",
          "#include <linux/version.h>\n",
        ], lacks: ["HAVE_", "__has_include"]),
      Case(
        style: "replace", code: 1, says: ["#include <linux/unaligned.h>\n", "static void older_remove("],
        lacks: ["#if", "asm/unaligned.h"], keeps: ["6.12"]),
    ])
    func keepsTheOlderKernel(_ example: Case) async throws {
      try await withTemporaryFolder { folder in
        let source = "\(folder)/older"
        try FileManager.default.copyItem(atPath: golden("EndToEnd/older"), toPath: source)
        let out = "\(folder)/out"
        let run = try await Shipped.kmend([
          "adapt", source, "--from", "6.1", "--to", "6.12", "--compat", example.style, "--out", out, "--no-boot",
          "--in-place", "--quiet",
        ])
        #expect(run.code == example.code, "\(run.errors)")
        let report = try JSONDecoder().decode(
          AdaptationReport.self, from: Data(contentsOf: URL(fileURLWithPath: "\(out)/report.json")))
        #expect(report.outcome == .needsReview)
        #expect(report.breaks.after.isEmpty)
        #expect(report.levels.map(\.kernel) == example.keeps)
        #expect(report.levels.allSatisfy { $0.level == .linked })
        let unproven = report.gates.filter { $0.result != .passed && $0.gate != "boot" }
        #expect(unproven.isEmpty, "\(unproven.map { "\($0.gate) \($0.kernel): \($0.summary)" })")
        #expect(report.flags.contains { $0.reason == .versionGuess } == (example.style == "version"))
        let text = try String(contentsOfFile: "\(source)/older.c", encoding: .utf8)
        for words in example.says { #expect(text.contains(words), "\(words)\nnot in\n\(text)") }
        for words in example.lacks { #expect(!text.contains(words), "\(words)\nin\n\(text)") }
      }
    }
  }
}
