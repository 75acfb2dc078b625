// SPDX-License-Identifier: GPL-2.0-or-later

import DriverAdaptation
import KernelModel

/// What the cases of the table are put together from.
enum CompatParts {
  static let kbuild = "obj-m := driver.o\n"
  static let moved = CompatCase.Change(
    symbol: "asm/unaligned.h", kind: .include, left: "asm/unaligned.h", right: "linux/unaligned.h",
    texts: [("#include <asm/unaligned.h>", "#include <linux/unaligned.h>")])
  static let oldHeader = declare(.header, "asm/unaligned.h", "", "include/asm-generic/unaligned.h")
  static let newHeader = declare(.header, "linux/unaligned.h", "", "include/linux/unaligned.h")
  static let headers: [CompatCase.Facts] = [
    .init(name: "6.12", declared: [newHeader]),
    .init(name: "6.1", failing: ["asm/unaligned.h"], declared: [oldHeader]),
  ]
  static let source =
    "// SPDX-License-Identifier: GPL-2.0-only\n#include <linux/module.h>\n#include <asm/unaligned.h>\n\nint x;\n"

  static let noSeek = CompatCase.Change(
    symbol: "no_llseek", kind: .initialiser, left: ".llseek = no_llseek", right: "",
    texts: [("\t.llseek = no_llseek,\n", "")])
  static let operations = """
    #include <linux/fs.h>

    static const struct file_operations driver_fops = {
    \t.owner = THIS_MODULE,
    \t.llseek = no_llseek,
    \t.open = driver_open,
    };

    """
  static let seekFunction = declare(
    .function, "no_llseek", "loff_t no_llseek(struct file *file, loff_t offset, int whence)", "include/linux/fs.h")
  static let seekMacro = declare(.macro, "no_llseek", "no_llseek", "include/linux/fs.h", body: "NULL")

  static let header = CompatCase.Change(
    symbol: "userhdr", kind: .member, left: "¤0->userhdr", right: "genl_info_userhdr(¤0)",
    introduces: ["genl_info_userhdr"], container: "struct genl_info",
    texts: [("info->userhdr", "genl_info_userhdr(info)")])
  static let userHeader: [CompatCase.Facts] = [
    .init(
      name: "6.12",
      declared: [
        declare(
          .inlineFunction, "genl_info_userhdr", "static inline void *genl_info_userhdr(const struct genl_info *info)",
          "include/net/genetlink.h")
      ]),
    .init(
      name: "6.1", failing: ["userhdr"],
      declared: [declare(.field, "userhdr", "void *userhdr", "include/net/genetlink.h", in: "struct genl_info")]),
  ]
  static let netlink = """
    #include <net/genetlink.h>
    #ifdef DEBUG
    #include <linux/debugfs.h>
    #endif

    static int one(struct genl_info *info)
    {
    \tstruct hdr *hdr = info->userhdr;

    \treturn use(hdr,
    \t\t   info->userhdr);
    }

    """

  static let created = CompatCase.Change(
    symbol: "class_create", kind: .call, left: "class_create(THIS_MODULE, ¤0)", right: "class_create(¤0)",
    texts: [("class_create(THIS_MODULE, NAME)", "class_create(NAME)")])
  static let classes: [CompatCase.Facts] = [
    .init(
      name: "6.12",
      declared: [
        declare(
          .function, "class_create", "struct class * __must_check class_create(const char *name)",
          "include/linux/device/class.h")
      ]),
    .init(
      name: "6.1", failing: ["class_create"],
      declared: [
        declare(.macro, "class_create", "class_create(owner, name)", "include/linux/device/class.h", body: "({})")
      ]),
  ]

  static let removed = CompatCase.Change(
    symbol: "remove", kind: .declaration, left: "", right: "", introduces: [], container: "struct platform_driver",
    texts: [("static int driver_remove(", "static void driver_remove(")])
  static let removers: [CompatCase.Facts] = [
    .init(
      name: "6.12",
      declared: [
        declare(
          .field, "remove", "void (*remove)(struct platform_device *)", "include/linux/platform_device.h",
          in: "struct platform_driver")
      ]),
    .init(
      name: "6.1", failing: ["remove"],
      declared: [
        declare(
          .field, "remove", "int (*remove)(struct platform_device *)", "include/linux/platform_device.h",
          in: "struct platform_driver")
      ]),
  ]

  static let features = CompatCase.Change(
    symbol: "NETIF_F_LLTX", kind: .operand, left: "NETIF_F_LLTX", right: "", before: ["¤0->lltx = true;"],
    texts: [("dev->features |= NETIF_F_LLTX;\n", "dev->lltx = true;\n")])

  static func polled(_ name: String) -> CompatCase.Change {
    .init(
      symbol: name, kind: .call, left: "\(name)(¤0, ¤1, 64)", right: "\(name)(¤0, ¤1)",
      texts: [("\(name)(dev, a, 64)", "\(name)(dev, a)"), ("\(name)(dev, b, 64)", "\(name)(dev, b)")])
  }
  static let polling: [CompatCase.Facts] = [
    .init(
      name: "6.12",
      declared: ["poll_add", "poll_new"].map { declare(.function, $0, "void \($0)(struct device *dev, int kind)") }),
    .init(
      name: "5.10", failing: ["asm/unaligned.h", "poll_add", "poll_new"],
      declared: ["poll_add", "poll_new"].map {
        declare(.function, $0, "void \($0)(struct device *dev, int kind, int weight)")
      }),
  ]
  static let pollers = """
    #include <linux/module.h>
    #include <asm/unaligned.h>

    static void start(struct device *dev)
    {
    \tpoll_add(dev, a, 64);
    \tpoll_new(dev, a, 64);
    }

    static void start_again(struct device *dev)
    {
    \tpoll_add(dev, b, 64);
    \tpoll_new(dev, b, 64);
    }

    """
}
