// SPDX-License-Identifier: GPL-2.0-or-later

import DriverAdaptation
import KernelBuild
import KernelModel
import TestSupport
import Testing

/// What a rule says in SmPL, Coccinelle does as the rewriter does it: where variables follow, and where a statement comes
/// with the edit.
@Suite struct SemanticPatchTests {
  /// Without the function that is converted as a single in-tree file shows it: such followers are not said.
  private func said(_ text: String) -> SourceText {
    SourceText(text.replacing(/static int returned(?s:.*?)\n}\n/, with: "").utf8)
  }

  @Test(arguments: ["acpi_bus_get_device", "class_create", "hrtimer_init"])
  func coccinelleAgrees(_ name: String) async throws {
    let patch = try goldenText("Learning/\(name).cocci")
    let driver = said(try goldenText("Learning/\(name).c"))
    let result = try await Spatch().apply(patch, to: ["driver.c": driver])
    #expect(result.reason == nil)
    #expect(result.changed == ["driver.c"])
    let ours = said(try goldenText("Learning/\(name).res"))
    #expect(spatchAgreement(ours: ours, theirs: result.files["driver.c"] ?? []) == .same)
  }

  /// A statement that goes with an edit is about the object whose field is set.
  @Test func companionsAreTheObjects() async throws {
    let patch = try goldenText("Learning/NETIF_F_LLTX.cocci")
    let before = """
      static int thing_own(struct thing *thing, struct net_device *lower)
      {
      \tstruct net_device *dev = thing->dev;

      \tdev->features |= NETIF_F_SG | NETIF_F_LLTX;
      \tlower->features &= ~(NETIF_F_SG | NETIF_F_LLTX);
      \treturn dev->features & NETIF_F_LLTX;
      }

      """
    let after = before.replacing(
      "dev->features |= NETIF_F_SG | NETIF_F_LLTX;\n", with: "dev->features |= NETIF_F_SG;\n\tdev->lltx = true;\n")
    let result = try await Spatch().apply(patch, to: ["driver.c": SourceText(before.utf8)])
    #expect(result.reason == nil)
    #expect(String(decoding: result.files["driver.c"] ?? [], as: UTF8.self) == after)
  }
}
