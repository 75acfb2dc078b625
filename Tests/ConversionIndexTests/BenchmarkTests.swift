// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import Foundation
import TestSupport
import Testing

private let environment = ProcessInfo.processInfo.environment

/// Figures for the index of two whole trees, printed on demand:
/// `KMEND_BENCH=1 KMEND_BENCH_OLD=…/linux-source-6.1 KMEND_BENCH_NEW=…/linux-source-6.12 swift test -c release …`
@Suite(.enabled(if: environment["KMEND_BENCH"] == "1", "prints figures; set KMEND_BENCH=1"))
struct BenchmarkTests {
  @Test func figures() async throws {
    let old = Tree(root: try #require(environment["KMEND_BENCH_OLD"]), version: "old")
    let new = Tree(root: try #require(environment["KMEND_BENCH_NEW"]), version: "new")
    try await withTemporaryFolder { folder in
      let path = "\(environment["KMEND_BENCH_KEEP"] ?? folder)/bench.index"
      if environment["KMEND_BENCH_KEEP"] == nil || !FileManager.default.fileExists(atPath: path) {
        print(try await ConversionStore.build(old: old, new: new, at: path))
      }
      let opening = ContinuousClock.now
      let store = try await ConversionStore.open(old: old, new: new, at: path)
      print("open:", ContinuousClock.now - opening)
      for symbol in ["strlcpy", "no_llseek", "class_create", "asm/unaligned.h", "userhdr", "NETIF_F_LLTX", "i_mtime"] {
        let start = ContinuousClock.now
        let conversions = try await store.conversions(losing: symbol)
        let middle = ContinuousClock.now
        let change = try await store.newNames(inFilesLosing: symbol)
        print(
          symbol, try await store.filesLosing(symbol), conversions.count, middle - start,
          "co-change", ContinuousClock.now - middle,
          change.newcomers.prefix(4).map { "\($0.name) \($0.files)/\(change.files) base \($0.baseRate)" })
      }
      var names: Set<String> = []
      for symbol in ["asm/unaligned.h", "no_llseek", "i_mtime", "platform_driver"] {
        names.formUnion(try await store.newNames(inFilesLosing: symbol, .changed).newcomers.map(\.name))
      }
      var seconds: [Double] = []
      for name in names.sorted().prefix(500) + ["dev", "ret", "NULL", "platform_device"] {
        let start = ContinuousClock.now
        _ = try await store.conversions(losing: name)
        seconds.append((ContinuousClock.now - start) / .seconds(1))
      }
      seconds.sort()
      print("queries:", seconds.count, "p50", seconds[seconds.count / 2], "p95", seconds[seconds.count * 95 / 100])
      print("worst:", seconds.suffix(4))
      let survey = ContinuousClock.now
      _ = try await old.declarations(of: ["strlcpy", "no_llseek"])
      print("declarations of one tree:", ContinuousClock.now - survey)
      for name in [
        "strlcpy", "strscpy", "no_llseek", "class_create", "userhdr", "NETIF_F_LLTX", "kfree", "vm_flags", "probe",
        "asm/unaligned.h", "linux/unaligned.h", "THIS_MODULE", "PAGE_SIZE", "alloc_pages", "drm_fb_helper_prepare",
        "DEFINE_SEMAPHORE", "from_timer", "timer_setup", "kzalloc", "i_mtime", "module_init", "mutex_lock", "gfp_t",
        "spin_lock_irqsave", "copy_from_user", "netif_rx", "list_for_each_entry", "current", "HZ", "jiffies",
      ] {
        for side in Side.allCases {
          let start = ContinuousClock.now
          let all = try await store.declarations(of: name, in: side)
          print(name, side, all.count, ContinuousClock.now - start)
          for item in all.prefix(3) {
            print("   ", item.kind, item.container ?? "", item.site, item.text.prefix(100), "|", item.body.prefix(40))
          }
        }
      }
    }
  }
}
