// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Ledger
import Pipeline
import TestSupport
import Testing

/// A maintainer's tree, grown from a kernel's source: what is pushed to it becomes a series for a subscribed driver.
extension EndToEnd {
  @Suite struct DraftTests {
    private static let function = "strstarts"
    private static let header = "include/linux/string.h"
    /// Converted with the header, and left as it is.
    private static let callers = [
      "kernel/module/main.c", "drivers/platform/x86/touchscreen_dmi.c", "drivers/platform/x86/acerhdf.c",
      "drivers/usb/musb/musb_debugfs.c", "drivers/platform/x86/thinkpad_acpi.c",
    ]
    private static let forgotten = "drivers/md/dm-crypt.c"
    private static let driver = """
      #include <linux/module.h>
      #include <linux/string.h>

      static char *word = "kmend";
      module_param(word, charp, 0444);

      static int __init words_init(void)
      {
      \tif (!strstarts(word, "k"))
      \t\treturn -EINVAL;
      \treturn 0;
      }

      static void __exit words_exit(void)
      {
      }

      module_init(words_init);
      module_exit(words_exit);
      MODULE_DESCRIPTION("words");
      MODULE_LICENSE("GPL");

      """

    /// The function takes another argument from now on.
    private static func changed(_ text: String, isHeader: Bool) -> String {
      isHeader
        ? text.replacing(
          "\(function)(const char *str, const char *prefix)",
          with: "\(function)(const char *str, const char *prefix, bool fold)")
        : text.replacing(/strstarts\(([^()]*)\)/) { "strstarts(\($0.1), false)" }
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    /// The tree as the kernel has it, and the driver that uses it.
    private func grow(_ watched: WatchedTree) throws {
      let kernel = try Kernels(workspace: try Workspace()).kernel(named: "6.12")
      let source = try #require(kernel.source)
      // What the new argument is must be declared as well.
      for path in [Self.header, "include/linux/stddef.h", Self.forgotten] + Self.callers {
        try watched.write("\(watched.tree)/\(path)", try text("\(source)/\(path)"))
      }
      try watched.write(
        "\(watched.tree)/Makefile", "VERSION = 6\nPATCHLEVEL = 13\nSUBLEVEL = 0\nEXTRAVERSION = -rc1\n")
      try watched.commit("tree: grown from a kernel")
      try watched.write("\(watched.driver)/own.c", Self.driver)
      try watched.commit("own: a module", in: "driver")
    }

    private func change(_ watched: WatchedTree) throws {
      for path in [Self.header] + Self.callers {
        let place = "\(watched.tree)/\(path)"
        try watched.write(place, Self.changed(try text(place), isHeader: path == Self.header))
      }
      try watched.commit("string: let \(Self.function)() fold case")
    }

    private func drafts(_ watched: WatchedTree) async throws -> [Draft] {
      let run = try await Shipped.kmend(["drafts", "--json", "--config", watched.configuration])
      return try JSONDecoder().decode([Draft].self, from: Data(run.output.utf8))
    }

    /// A place that libclang refuses is certain, one that it takes is none, and what the kernel does not compile stays.
    @Test func theCompilerConfirms() async throws {
      try await withTemporaryFolder { folder in
        let watched = try WatchedTree(folder)
        try grow(watched)
        let more = """
          #define UNUSED(text) strstarts(text, "u")
          #ifdef OWN_OTHER
          static bool other(const char *text)
          {
          \treturn strstarts(text, "o");
          }
          #endif

          """
        try watched.write("\(watched.driver)/own.c", Self.driver + more)
        try change(watched)
        let run = try await Shipped.kmend([
          "forecast", "--change", "HEAD", "--tree", watched.tree, "--driver", watched.driver, "--on", "6.12", "--json",
        ])
        #expect(run.code == 0, "\(run.errors)")
        let report = try JSONDecoder().decode(ForecastReport.self, from: Data(run.output.utf8))
        #expect(
          report.entries.map { "\($0.file):\($0.line) \($0.certainty)" } == ["own.c:9 certain", "own.c:26 likely"])
        #expect(report.drivers.first?.worst == .certain)
      }
    }

    /// A series that no tree has is tried on the trees that are watched.
    @Test func aPostedSeriesBecomesADraft() async throws {
      try await withTemporaryFolder { folder in
        let watched = try WatchedTree(folder)
        try grow(watched)
        let archive = try MailArchive(watched)
        let options = ["--config", watched.configuration]
        for arguments in [["subscribe", watched.driver, "--keep", "6.12"], ["serve", "--once"]] {
          let run = try await Shipped.kmend(arguments + options)
          #expect(run.code == 0, "\(run.errors)")
        }
        try change(watched)
        let mail = try watched.git(
          ["format-patch", "-1", "--stdout", "--add-header=Message-ID: <fold@x>"], in: watched.tree)
        try watched.git(["reset", "-q", "--hard", "HEAD~1"], in: watched.tree)
        try archive.add(
          mail.split(separator: "\n", omittingEmptySubsequences: false).dropFirst().joined(separator: "\n"))
        let once = try await Shipped.kmend(["serve", "--once"] + options)
        #expect(once.code == 0, "\(once.errors)")
        let draft = try #require(try await drafts(watched).first)
        #expect(draft.state == .open)
        #expect(draft.levels.contains("6.12 booted") && draft.levels.contains("6.12+proposed compiled"), "\(draft)")
        let shown = try await Shipped.kmend(["show", "\(draft.id)"] + options)
        let words = shown.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(
          words.contains("With the posted series \"string: let strstarts() fold case\" (<fold@x>), strstarts()"),
          "\(words)")
        let mbox = watched.folder + "/draft.mbox"
        try watched.write(mbox, shown.output)
        try watched.git(["am", "-q", mbox], in: watched.driver)
        // By hand, and where the tree has something else there.
        let series = folder + "/series.mbox"
        try watched.write(series, mail)
        let arguments = ["adapt", watched.driver + "#HEAD~1", "--from", "6.12", "--to", series, "--tree", watched.tree]
        let run = try await Shipped.kmend(arguments + ["--no-boot", "--json"])
        #expect(run.code == 1, "\(run.errors)")
        try watched.write("\(watched.tree)/\(Self.header)", "int nothing;\n")
        try watched.commit("string: nothing is left")
        let refused = try await Shipped.kmend(arguments)
        #expect(refused.code == 69 && refused.errors.contains("applies to no commit"), "\(refused.errors)")
      }
    }

    /// When a kernel comes that has the change, the series is built and booted on it.
    @Test func aNewKernelProvesMore() async throws {
      try await withTemporaryFolder { folder in
        let watched = try WatchedTree(folder)
        let kernels = Kernels(workspace: try Workspace())
        let (old, new) = (try kernels.kernel(named: "6.1"), try kernels.kernel(named: "6.12"))
        let (before, after) = (try #require(old.source), try #require(new.source))
        let paths = [
          "include/linux/device/class.h", "drivers/char/misc.c", "drivers/char/mem.c", "drivers/char/ppdev.c",
        ]
        func put(_ source: String) throws {
          for path in paths { try watched.write("\(watched.tree)/\(path)", try text("\(source)/\(path)")) }
        }
        try put(before)
        try watched.commit("tree: grown from a kernel")
        try watched.write("\(watched.driver)/own.c", Self.classDriver)
        try watched.commit("own: a module", in: "driver")
        let environment = ["KMEND_CACHE": folder + "/cache"]
        func provide(_ name: String) async throws {
          let (from, to) = (Shipped.cache + "/kernels", folder + "/cache/kernels")
          try FileManager.default.createDirectory(atPath: to, withIntermediateDirectories: true)
          let run = try await Shipped.run("sh", ["-c", "cp -al \(from)/\(name)@* \(to)/"])
          #expect(run.code == 0, "\(run.errors)")
        }
        func kmend(_ arguments: [String]) async throws -> Shipped.Run {
          try await Shipped.kmend(arguments + ["--config", watched.configuration], environment: environment)
        }
        try await provide("6.1")
        #expect(try await kmend(["subscribe", watched.driver]).code == 0)
        #expect(try await kmend(["serve", "--once"]).code == 0)
        try put(after)
        try watched.commit("driver core: class: as it is in a later kernel")
        #expect(try await kmend(["serve", "--once"]).code == 0)
        let first = try JSONDecoder().decode(
          [Draft].self, from: Data(try await kmend(["drafts", "--json"]).output.utf8))
        #expect(first.map(\.levels).allSatisfy { !$0.contains("6.12") }, "\(first)")
        try await provide("6.12")
        let once = try await kmend(["serve", "--once"])
        #expect(once.code == 0, "\(once.errors)")
        let second = try JSONDecoder().decode(
          [Draft].self, from: Data(try await kmend(["drafts", "--json"]).output.utf8))
        #expect(second.count == 1 && second[0].levels.contains("6.12 booted"), "\(second)")
      }
    }

    private static let classDriver = """
      #include <linux/module.h>
      #include <linux/device.h>

      static struct class *own;

      static int __init own_init(void)
      {
      \town = class_create(THIS_MODULE, "kmend");
      \treturn PTR_ERR_OR_ZERO(own);
      }

      static void __exit own_exit(void)
      {
      \tclass_destroy(own);
      }

      module_init(own_init);
      module_exit(own_exit);
      MODULE_DESCRIPTION("own");
      MODULE_LICENSE("GPL");

      """

    @Test func aPushBecomesADraft() async throws {
      try await HookTests.withServer { watched in
        try grow(watched)
        let options = ["--config", watched.configuration]
        #expect(try await Shipped.kmend(["unsubscribe", "1"] + options).code == 0)
        let subscribed = try await Shipped.kmend(["subscribe", watched.driver, "--keep", "6.12"] + options)
        #expect(subscribed.code == 0, "\(subscribed.errors)")
        let daemon = try await HookTests.Daemon(watched, hasKernels: true)
        defer { daemon.end() }
        _ = try await HookTests.push(watched)
        try await HookTests.until { try await !HookTests.jobs(watched).contains { !$0.hasPrefix("done") } }
        try change(watched)
        let start = ContinuousClock.now
        let told = try await HookTests.push(watched)
        #expect(start.duration(to: .now) < .seconds(10))
        let lines = told.split(separator: "\n").map(String.init)
        #expect(
          lines.prefix(2) == [
            "remote: kmend: 1 API change: strstarts() got an argument",
            "remote: kmend: 1 subscribed driver breaks: driver (own.c:9)",
          ])
        #expect(
          lines.count == 3 && lines[2].contains(/\d in-tree callers? not converted: drivers\/md\/dm-crypt.c:\d+/),
          "\(lines)")
        try await HookTests.until(seconds: 300) { try await !drafts(watched).isEmpty }
        let draft = try #require(try await drafts(watched).first)
        #expect(draft.state == .open)
        #expect(draft.levels.contains("6.12 booted") && draft.levels.contains("compiled"), "\(draft)")
        let shown = try await Shipped.kmend(["show", "\(draft.id)"] + options)
        let words = shown.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains(/Since commit [0-9a-f]{12} \("string: let strstarts\(\) fold case"\), strstarts\(\)/))
        let mbox = watched.folder + "/draft.mbox"
        try watched.write(mbox, shown.output)
        try watched.git(["am", "-q", mbox], in: watched.driver)
        #expect(try text("\(watched.driver)/own.c").contains("strstarts(word, \"k\", false)"))
        // The driver does without the old form now.
        try await HookTests.until(seconds: 240) { try await drafts(watched).first?.state == .answered }
        // Dropped from the tree.
        try watched.git(["reset", "-q", "--hard", "HEAD~1"], in: watched.tree)
        _ = try await HookTests.push(watched, ["--force", "origin", "HEAD"])
        try await HookTests.until { try await drafts(watched).first?.state == .withdrawn }
      }
    }
  }
}
