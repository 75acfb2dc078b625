// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel
import Testing

@Suite struct VersionConditionTests {
  @Test(arguments: [
    ("#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)\na\n#else\nb\n#endif\n", [2...2]),
    ("#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)\na\n#else\nb\n#endif\n", [4...4]),
    ("#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 117)\na\n#endif\n", []),
    ("#if LINUX_VERSION_CODE > KERNEL_VERSION(6, 12, 117)\na\nb\n#endif\n", [2...3]),
    (
      "#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 0, 0)\na\n#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)\nb\n"
        + "#else\nc\n#endif\n", [2...2, 6...6]
    ),
    ("#ifdef CONFIG_X\na\n#else\nb\n#endif\n", []),
    ("#if 0\na\n#else\nb\n#endif\n", [2...2]),
    ("#if !(LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)) && defined(X)\na\n#else\nb\n#endif\n", []),
    ("#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0) && defined(X)\na\n#else\nb\n#endif\n", [2...2]),
    ("#if defined(X)\na\n#elif 1\nb\n#else\nc\n#endif\n", [6...6]),
    ("#if LINUX_VERSION_CODE < 0x060100\na\n#endif\n", [2...2]),
    ("#if LINUX_VERSION_CODE < KERNEL_VERSION(6,\na\n", []),
    ("#if " + String(repeating: "0+", count: 200_000) + "0\na\n#endif\n", []),
    ("#if\na\n#elif\nb\n#endif\n", []),
  ])
  func lines(text: String, inactive: [ClosedRange<Int>]) {
    let version = KernelVersion([6, 12, 117])
    #expect(VersionConditions.inactiveLines(of: Array(text.utf8), on: version) == inactive)
  }

  /// A sublevel beyond 255 does not run over into the patch level.
  @Test func largeSublevel() {
    let text = "#if LINUX_VERSION_CODE >= KERNEL_VERSION(4, 10, 0)\na\n#endif\n"
    #expect(VersionConditions.inactiveLines(of: Array(text.utf8), on: KernelVersion([4, 9, 300])) == [2...2])
  }
}
