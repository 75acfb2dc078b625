// SPDX-License-Identifier: GPL-2.0-or-later

import KernelBuild
import KernelModel
import TestSupport
import Testing

@Suite struct RecipeTests {
  static let call = "\t$(MAKE) -C $(KDIR) M=$(PWD)"

  @Test(
    arguments: [
      (["dkms.conf": "", "Makefile": "all:\n"], Driver.Recipe.dkms),
      (["Kbuild": "obj-m += a.o\n"], .kbuild(directory: ".")),
      (["Makefile": "obj-m := a.o\nall:\n\(call) modules\n"], .kbuild(directory: ".")),
      (["Makefile": "obj-m := a.o\r\nall:\r\n\(call) modules\r\n"], .kbuild(directory: ".")),
      (["Makefile": "obj-m = \\\n a.o\n"], .kbuild(directory: ".")),
      (
        ["Makefile": "ifneq ($(KERNELRELEASE),)\n\tobj-m := a.o\nelse\nall:\n\(call)\nendif\n"], .kbuild(directory: ".")
      ),
      (["Makefile": "obj-$(CONFIG_A) += a.o\n"], .kbuild(directory: ".")),
      (["Makefile": "CONFIG_A ?= m\nobj-$(CONFIG_A) += a.o\n"], .kbuild(directory: ".")),
      (["Makefile": "obj-$(CONFIG_A) += a.o\nall:\n\(call) CONFIG_A=m modules\n"], .makefile(directory: ".")),
      (["Makefile": "obj-$(CONFIG_A) += a.o\nexport CONFIG_A = m\nall:\n\(call) modules\n"], .makefile(directory: ".")),
      (["Makefile": "obj-m := a.o\nall:\n\(call) EXTRA_CFLAGS=-DX modules\n"], .makefile(directory: ".")),
      (["Makefile": "obj-m := a.o\ninstall:\n\(call) INSTALL_MOD_DIR=x modules_install\n"], .kbuild(directory: ".")),
      (
        ["Makefile": "obj-m := a.o\nOPTIONS := -C $(KDIR) M=$(PWD)\nall:\n\t$(MAKE) $(OPTIONS) modules\n"],
        .kbuild(directory: ".")
      ),
      (
        [
          "Makefile": "obj-m := a.o\nOPTIONS := -C $(KDIR) M=$(PWD)\nall: version.h\n\t$(MAKE) ${OPTIONS} modules\n"
            + "version.h: Makefile\n\techo '#define V 1' > version.h\n"
        ], .makefile(directory: ".")
      ),
      (
        ["Makefile": "obj-m := a.o\nall: a.c\n\(call) modules\ntest.o:\n\tcc test.c\n"], .kbuild(directory: ".")
      ),
      (["Makefile": "all:\n\t$(MAKE) -C $(KDIR) SUBDIRS=$(PWD)/src modules\n"], .makefile(directory: ".")),
      (["Makefile": "all:\n\(call) modules\n", "Kbuild": "obj-m := a.o\n"], .kbuild(directory: ".")),
      (["Makefile": "all:\n\tcc x.c\n", "driver/Makefile": "obj-m := a.o\n"], .kbuild(directory: "driver")),
      (
        ["src/linux/module/Kbuild": "obj-m := a.o\n", "docs/Makefile": "all:\n"], .kbuild(directory: "src/linux/module")
      ),
      (
        [
          "Makefile": "all:\n\t$(MAKE) -C a\n\t$(MAKE) -C b\n", "a/Makefile": "obj-m := a.o\n",
          "b/Makefile": "obj-m := b.o\n",
        ],
        .makefile(directory: ".")
      ),
    ] as [([String: String], Driver.Recipe)])
  func detects(files: [String: String], recipe: Driver.Recipe) async throws {
    try await withTemporaryFolder { folder in
      let root = try write(files, below: "\(folder)/d")
      #expect(try Driver.Recipe.detect(root) == recipe)
    }
  }

  @Test(arguments: [
    ["a.c": "int main;\n"], ["Makefile": "all: tool\ntool: tool.c\n\tcc -o tool tool.c\n"],
    ["Makefile": "# obj-m := a.o\n"], ["Makefile.txt": "obj-m := a.o\n"],
  ])
  func refuses(files: [String: String]) async throws {
    try await withTemporaryFolder { folder in
      let root = try write(files, below: "\(folder)/d")
      let failure = #expect(throws: Failure.self) { try Driver.Recipe.detect(root) }
      #expect(failure?.code == .badInput)
    }
  }
}
