// SPDX-License-Identifier: GPL-2.0-or-later

import Diagnosis
import KernelModel
import Testing

@Suite struct LinkFindingsTests {
  @Test(arguments: [
    (#"ERROR: modpost: "find_module" [/driver/scap.ko] undefined!"#, "unexported find_module in scap.c"),
    (#""find_module" [/driver/scap.ko] undefined!"#, "unexported find_module in scap.c"),
    (
      "ERROR: modpost: module gost uses symbol crypto_cipher_setkey from namespace CRYPTO_INTERNAL, but does not import it.",
      "namespace crypto_cipher_setkey in gost.c from CRYPTO_INTERNAL"
    ),
    (
      #"module "gost" uses symbol "crypto_cipher_setkey" from namespace "CRYPTO_INTERNAL", but does not import it."#,
      "namespace crypto_cipher_setkey in gost.c from CRYPTO_INTERNAL"
    ),
    (
      "ERROR: modpost: GPL-incompatible module wl.ko uses GPL-only symbol '__rcu_read_lock'",
      "unexported __rcu_read_lock in wl.c"
    ),
    ("WARNING: modpost: missing MODULE_DESCRIPTION() in gost.o", ""),
    ("ERROR: modpost: missing MODULE_LICENSE() in /driver/wl.o", "build-rule  in "),
  ])
  func aLineOfModpostIsRead(_ message: String, _ expected: String) {
    let finding = Finding(tool: "modpost", severity: .error, message: message)
    let breaks = linkBreaks(old: [], new: [finding, finding]) { "\($0).c" }
    let words = breaks.map {
      "\($0.kind.rawValue) \($0.symbol) in \($0.site.file == ".c" ? "" : $0.site.file)"
        + ($0.container.map { " from \($0)" } ?? "")
    }
    #expect(words.joined(separator: "; ") == expected)
    #expect(breaks.allSatisfy { $0.message == message && $0.site.line == 0 })
    #expect(linkBreaks(old: [finding], new: [finding]) { $0 } == [])
  }

  @Test func otherToolsAreLeftAlone() {
    let finding = Finding(tool: "gcc", severity: .error, message: #""x" [y.ko] undefined!"#)
    #expect(linkBreaks(old: [], new: [finding]) { $0 } == [])
  }
}
