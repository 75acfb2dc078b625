// SPDX-License-Identifier: GPL-2.0-or-later

import DriverAdaptation
import KernelBuild
import KernelModel
import TestSupport
import Testing

/// What a rule says in SmPL, Coccinelle does as the rewriter does it: where variables follow, and where a statement comes
/// with the edit.
@Suite struct SemanticPatchTests {
  @Test(arguments: ["acpi_bus_get_device", "NETIF_F_LLTX", "class_create", "hrtimer_init"])
  func coccinelleAgrees(_ name: String) async throws {
    let patch = try goldenText("Learning/\(name).cocci")
    let driver = try SourceText(goldenText("Learning/\(name).c").utf8)
    let result = try await Spatch().apply(patch, to: ["driver.c": driver])
    #expect(result.reason == nil)
    #expect(result.changed == ["driver.c"])
    let ours = try SourceText(goldenText("Learning/\(name).res").utf8)
    #expect(spatchAgreement(ours: ours, theirs: result.files["driver.c"] ?? []) == .same)
  }
}
