// SPDX-License-Identifier: GPL-2.0-or-later

import DriverAdaptation
import KernelModel

/// The table: driver, changes and facts; the result is a golden file of the same name.
let compatCases = CompatParts.cases

extension CompatParts {
  fileprivate static let cases: [CompatCase] = [
    CompatCase(name: "include-one", files: ["driver.c": source, "Kbuild": kbuild], changes: [moved], kernels: headers),
    CompatCase(
      name: "include-many", files: ["src/a.c": source, "src/b/b.c": source, "src/Kbuild": kbuild], changes: [moved],
      kernels: headers),
    CompatCase(
      name: "include-own-compat",
      files: [
        "a.c": "#include \"my_compat.h\"\n" + source, "b.c": source, "Kbuild": kbuild,
        "my_compat.h": "#ifndef MY_COMPAT_H\n#define MY_COMPAT_H\n\n#include <linux/version.h>\n\n#endif\n",
      ], changes: [moved], kernels: headers),
    CompatCase(
      name: "include-kernels-compat",
      files: [
        "src/a.c": "#include <linux/compat.h>\n#include \"../compat.h\"\n" + source,
        "src/b.c": "#include <linux/compat.h>\n" + source, "compat.h": "#include <linux/compat.h>\n",
        "src/linux/compat.h": "int x;\n",
      ], changes: [moved], kernels: headers),
    CompatCase(
      name: "same-but-for-case",
      files: [
        "driver.c": "#include <linux/fs.h>\n\nvoid *a = OLD_DATA(i);\nvoid *b = OLD_DATA(j);\n", "Kbuild": kbuild,
      ],
      changes: [
        .init(
          symbol: "OLD_DATA", kind: .rename, left: "OLD_DATA", right: "old_data", introduces: ["old_data"],
          texts: [("OLD_DATA", "old_data")])
      ],
      kernels: [
        .init(
          name: "6.12",
          declared: [declare(.function, "old_data", "void *old_data(struct inode *)", "include/linux/fs.h")]),
        .init(
          name: "6.1", failing: ["OLD_DATA"],
          declared: [declare(.function, "OLD_DATA", "void *OLD_DATA(struct inode *)", "include/linux/fs.h")]),
      ]),
    CompatCase(
      name: "include-replace", files: ["driver.c": source], changes: [moved], kernels: headers, style: .replace),
    CompatCase(
      name: "include-version", files: ["driver.c": source], changes: [moved], kernels: headers, style: .version),
    CompatCase(
      name: "deletion-null", files: ["driver.c": operations, "Kbuild": kbuild], changes: [noSeek],
      kernels: [.init(name: "6.12"), .init(name: "6.1", declared: [seekMacro])]),
    CompatCase(
      name: "deletion-means", files: ["driver.c": operations, "Kbuild": kbuild], changes: [noSeek],
      kernels: [
        .init(name: "6.12"), .init(name: "6.1", declared: [seekMacro]), .init(name: "5.10", declared: [seekFunction]),
      ]),
    CompatCase(
      name: "deletion-means-two", files: ["driver.c": operations, "Kbuild": kbuild], changes: [noSeek],
      kernels: [.init(name: "6.12"), .init(name: "5.10", declared: [seekFunction])]),
    CompatCase(
      name: "deletion-replace", files: ["driver.c": operations, "Kbuild": kbuild], changes: [noSeek],
      kernels: [.init(name: "6.12"), .init(name: "5.10", declared: [seekFunction])], style: .replace),
    CompatCase(
      name: "deletion-of-flag",
      files: ["driver.c": "int f(void)\n{\n\treturn create(name, sizeof(x),\n\t\tA | FLAG_SPREAD,\n\t\tNULL);\n}\n"],
      changes: [
        .init(
          symbol: "FLAG_SPREAD", kind: .operand, left: "FLAG_SPREAD", right: "", texts: [("A | FLAG_SPREAD", "A")])
      ],
      kernels: [
        .init(name: "6.12"),
        .init(name: "6.1", declared: [declare(.macro, "FLAG_SPREAD", "FLAG_SPREAD", body: "(1 << 3)")]),
      ]),
    CompatCase(
      name: "deletion-of-field",
      files: [
        "driver.c": "static const struct mode_funcs funcs = {\n\t.create = create,\n\t.poll_changed = poll,\n};\n",
        "Makefile": kbuild,
      ],
      changes: [
        .init(
          symbol: "poll_changed", kind: .initialiser, left: ".poll_changed = ¤0", right: "",
          container: "struct mode_funcs", texts: [("\t.poll_changed = poll,\n", "")])
      ],
      kernels: [
        .init(name: "6.12"),
        .init(
          name: "6.1",
          declared: [
            declare(.field, "poll_changed", "void (*poll_changed)(struct device *)", in: "struct mode_funcs")
          ]),
      ]),
    CompatCase(
      name: "accessor", files: ["driver.c": netlink, "Makefile": kbuild], changes: [header], kernels: userHeader),
    CompatCase(
      name: "accessor-again",
      files: [
        "driver.c": netlink,
        "Makefile":
          "obj-m := driver.o\nifneq ($(LINUXINCLUDE),)\ncompat-test = x\ncompat-flags :=\n"
          + "compat-flags += $(call compat-test,OTHER)\nccflags-y += $(compat-flags)\nendif\n",
        "compat_tests.h": "#ifdef TEST_OTHER\n#endif\n",
      ], changes: [header], kernels: userHeader),
    CompatCase(name: "accessor-no-kbuild", files: ["driver.c": netlink], changes: [header], kernels: userHeader),
    CompatCase(
      name: "call-one",
      files: ["driver.c": "static int start(void)\n{\n\tdriver->class =\n\t\tclass_create(THIS_MODULE, NAME);\n}\n"],
      changes: [created], kernels: classes),
    CompatCase(
      name: "call-one-probe",
      files: [
        "driver.c": "static int start(void)\n{\n\tdriver->class =\n\t\tclass_create(THIS_MODULE, NAME);\n}\n",
        "Kbuild": kbuild,
      ], changes: [created], kernels: classes, style: .probe),
    CompatCase(
      name: "callback",
      files: [
        "driver.c": "static int driver_remove(struct platform_device *device,\n\t\t\t int x)\n{\n}\n",
        "Makefile": kbuild,
      ], changes: [removed], kernels: removers),
    CompatCase(
      name: "callback-ladder",
      files: [
        "driver.c":
          "static int driver_read(struct platform_device *device, int size,\n#if OLD\n\t\t       int wait,\n#endif\n"
          + "\t\t       int flags, int *length)\n{\n\treturn size;\n}\n", "Makefile": kbuild,
      ],
      changes: [
        .init(
          symbol: "remove", kind: .declaration, left: "", right: "", container: "struct platform_driver",
          texts: [(", int *length)", ")")])
      ], kernels: removers),
    CompatCase(
      name: "callback-return",
      files: [
        "driver.c":
          "static int driver_remove(struct platform_device *device)\n{\n\tstop(device);\n\n\treturn 0;\n}\n",
        "Makefile": kbuild,
      ],
      changes: [
        .init(
          symbol: "remove", kind: .declaration, left: "int (*remove)(struct platform_device *)",
          right: "void (*remove)(struct platform_device *)", container: "struct platform_driver",
          texts: [("static int driver_remove(", "static void driver_remove("), ("\n\treturn 0;\n", "")])
      ], kernels: removers),
    CompatCase(
      name: "callback-fits",
      files: ["driver.c": "static int driver_remove(struct platform_device *device)\n{\n}\n", "Makefile": kbuild],
      changes: [removed],
      kernels: removers.map { .init(name: $0.name, declared: $0.declared) }),
    CompatCase(
      name: "declarer",
      files: ["driver.c": "#include <linux/semaphore.h>\n\nstatic DEFINE_SEMAPHORE(lock);\n", "Makefile": kbuild],
      changes: [
        .init(
          symbol: "DEFINE_SEMAPHORE", kind: .declaration, left: "DEFINE_SEMAPHORE(¤0)",
          right: "DEFINE_SEMAPHORE(¤0, 1)",
          texts: [("DEFINE_SEMAPHORE(lock)", "DEFINE_SEMAPHORE(lock, 1)")])
      ],
      kernels: [
        .init(
          name: "6.12",
          declared: [declare(.macro, "DEFINE_SEMAPHORE", "DEFINE_SEMAPHORE(_name, _n)", "include/linux/semaphore.h")]),
        .init(
          name: "6.1", failing: ["DEFINE_SEMAPHORE"],
          declared: [declare(.macro, "DEFINE_SEMAPHORE", "DEFINE_SEMAPHORE(name)", "include/linux/semaphore.h")]),
      ]),
    CompatCase(
      name: "flag-to-field",
      files: ["driver.c": "void setup(struct net_device *dev)\n{\n\tdev->features |= NETIF_F_LLTX;\n}\n"],
      changes: [features],
      kernels: [
        .init(
          name: "6.12",
          declared: [
            declare(.field, "lltx", "unsigned long lltx:1", "include/linux/netdevice.h", in: "struct net_device")
          ]),
        .init(
          name: "6.1", failing: ["NETIF_F_LLTX"],
          declared: [declare(.macro, "NETIF_F_LLTX", "NETIF_F_LLTX", body: "__NETIF_F(LLTX)")]),
      ]),
    CompatCase(
      name: "field-probe",
      files: [
        "driver.c": "void setup(struct net_device *dev)\n{\n\tdev->features |= NETIF_F_LLTX;\n}\n", "Kbuild": kbuild,
      ], changes: [features],
      kernels: [
        .init(
          name: "6.12",
          declared: [
            declare(.field, "lltx", "unsigned long lltx:1", "include/linux/netdevice.h", in: "struct net_device")
          ]), .init(name: "6.1", failing: ["NETIF_F_LLTX"]),
      ]),
    CompatCase(
      name: "own-names", files: ["driver.c": pollers, "Kbuild": kbuild],
      changes: [polled("poll_add"), polled("poll_new")],
      kernels: polling),
    CompatCase(
      name: "own-name-and-header", files: ["driver.c": pollers, "a.c": source, "b.c": source, "Kbuild": kbuild],
      changes: [moved, polled("poll_add")], kernels: [headers[0] + polling[0], headers[1] + polling[1]]),
    CompatCase(
      name: "two-on-a-line",
      files: [
        "driver.c": "static int start(void)\n{\n\tstrlcpy(a, b, 3); c = class_create(THIS_MODULE, NAME);\n}\n"
      ],
      changes: [
        created,
        .init(
          symbol: "strlcpy", kind: .rename, left: "strlcpy", right: "strscpy", introduces: ["strscpy"],
          texts: [("strlcpy", "strscpy")]),
      ], kernels: classes),
    CompatCase(
      name: "rename",
      files: ["driver.c": "#include <linux/string.h>\n\nint a = old_name;\nint b = old_name;\n"],
      changes: [
        .init(
          symbol: "old_name", kind: .rename, left: "old_name", right: "new_name", introduces: ["new_name"],
          texts: [("old_name", "new_name")])
      ],
      kernels: [
        .init(name: "6.12", declared: [declare(.macro, "new_name", "new_name", body: "3")]),
        .init(name: "6.1", failing: ["old_name"], declared: [declare(.macro, "old_name", "old_name", body: "3")]),
      ]),
    CompatCase(
      name: "statement",
      files: [
        "driver.c": "#include <linux/mm.h>\n\nint f(void)\n{\n\tv->flags |= A | B;\n\n\tv->flags |= C;\n}\n",
        "Kbuild": kbuild,
      ],
      changes: [
        .init(
          symbol: "flags", kind: .statement, left: "¤0->flags |= ¤1;", right: "flags_set(¤0, ¤1);",
          introduces: ["flags_set"], container: "struct area",
          texts: [("v->flags |= A | B;", "flags_set(v, A | B);"), ("v->flags |= C;", "flags_set(v, C);")])
      ],
      kernels: [
        .init(
          name: "6.12",
          declared: [
            declare(
              .inlineFunction, "flags_set", "static inline void flags_set(struct area *a, int f)", "include/linux/mm.h"),
            declare(.field, "flags", "const int flags", "include/linux/mm.h", in: "struct area"),
          ]),
        .init(
          name: "6.1", failing: ["flags"],
          declared: [declare(.field, "flags", "int flags", "include/linux/mm.h", in: "struct area")]),
      ]),
    CompatCase(
      name: "macro-body",
      files: [
        "driver.c":
          "#define START(n) \\\n\tdo { \\\n\t\tc = class_create(THIS_MODULE, NAME); \\\n\t} while (0)\nint x;\n"
      ],
      changes: [created], kernels: classes),
    CompatCase(
      name: "no-test",
      files: ["driver.c": "int f(void)\n{\n\treturn class_create(THIS_MODULE, NAME);\n}\n"], changes: [created],
      kernels: [.init(name: "6.12"), .init(name: "6.1", failing: ["class_create"])]),
    CompatCase(
      name: "version-within-series", files: ["driver.c": source], changes: [moved],
      kernels: [
        .init(name: "6.1.192", declared: [newHeader]),
        .init(name: "6.1.100", failing: ["asm/unaligned.h"], declared: [oldHeader]),
      ], style: .version),
    CompatCase(
      name: "two-guards-on-a-line",
      files: ["driver.c": "int f(void)\n{\n\tc = class_create(THIS_MODULE, NAME); dev->features |= NETIF_F_LLTX;\n}\n"],
      changes: [created, features],
      kernels: [
        .init(name: "6.12", declared: classes[0].declared),
        .init(
          name: "6.1", failing: ["class_create", "NETIF_F_LLTX"],
          declared: classes[1].declared + [declare(.macro, "NETIF_F_LLTX", "NETIF_F_LLTX", body: "(1 << 3)")]),
      ]),
    CompatCase(
      name: "two-rules-one-name",
      files: [
        "driver.c": "#include <net/genetlink.h>\n\nint a = info->userhdr;\nint x;\nint b = info->userhdr;\nint y;\n"
          + "int c = i->attrs.header;\nint z;\nint d = i->attrs.header;\n", "Kbuild": kbuild,
      ],
      changes: [
        header,
        .init(
          symbol: "header", kind: .member, left: "¤0->attrs.header", right: "genl_info_userhdr(¤0)",
          introduces: ["genl_info_userhdr"], container: "struct genl_attrs",
          texts: [("i->attrs.header", "genl_info_userhdr(i)")]),
      ],
      kernels: [
        userHeader[0],
        .init(name: "6.1", failing: ["userhdr", "header"], declared: userHeader[1].declared),
      ]),
  ]
}
