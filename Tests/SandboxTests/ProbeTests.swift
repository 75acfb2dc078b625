// SPDX-License-Identifier: GPL-2.0-or-later

import Sandbox
import Testing

@Suite struct ProbeTests {
  @Test func everyPromiseHoldsHere() async {
    let probes = await containment.probe()
    for probe in probes { #expect(probe.ok, "\(probe.name): \(probe.detail); \(probe.remedy)") }
    let names = Set(probes.map(\.name))
    #expect(names.isSuperset(of: ["uid", "network", "files", "processes", "memory", "time", "output", "descendants"]))
  }
}
