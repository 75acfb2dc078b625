// SPDX-License-Identifier: GPL-2.0-or-later

/// Every name of the kernel that kmend speaks by itself: the protocol between a driver's build and the kernel's
/// (Documentation/kbuild/), and a few spellings of C that compilers know under other names.
///
/// What a driver uses of the kernel is no protocol: kmend learns that from the trees that it is given. A test holds all
/// other sources free of such names.
package enum BuildProtocol {
  // MARK: Kbuild files (modules.rst, makefiles.rst)

  /// What Kbuild builds as modules: the mark of a Kbuild file.
  package static let modules = "obj-m"
  /// Compiler flags of one folder.
  package static let compilerFlags = "ccflags-y"
  /// Not empty while Kbuild reads a file to compile what it names; empty while it links modules, and while make reads the
  /// same file for the driver's user.
  package static let isCompiling = "$(filter %.build,$(MAKEFILE_LIST))"
  /// The command that compiles as Kbuild does for a module. The header is the one that Kbuild itself includes before
  /// every source.
  package static let compiler = [
    "$(CC) $(NOSTDINC_FLAGS) $(LINUXINCLUDE)",
    "-include $(srctree)/include/linux/compiler_types.h $(KBUILD_CPPFLAGS) $(KBUILD_CFLAGS)",
    "$(KBUILD_CFLAGS_MODULE) -DKBUILD_BASENAME='\"compat\"' -DKBUILD_MODNAME='\"compat\"'",
    "-D__KBUILD_MODNAME=kmod_compat",
  ]

  // MARK: Variables of a build (kbuild.rst)

  /// `1`: the compiler warns as with `W=1`.
  package static let extraWarnings = "KBUILD_EXTRA_WARN"
  /// `2`: the source checker runs on every source, as with `C=2`.
  package static let checksSources = "KBUILD_CHECKSRC"
  /// modpost warns of undefined symbols and goes on: for a kernel whose symbols are not at hand.
  package static let warnsOfUndefined = "KBUILD_MODPOST_WARN=1"
  /// Begins the argument with which Kbuild tells an object the module that it goes into.
  package static let moduleNameArgument = "-DKBUILD_MODNAME="
  /// dkms and old drivers tell make the release that they build for.
  package static let release = "KERNELRELEASE"
  /// Names under which drivers' Makefiles take the kernel's folder from their caller.
  package static let folderVariables = [
    "KDIR", "KERNELDIR", "KERNEL_DIR", "KERNEL_SRC", "KERNELSRC", "KSRC", "KERNEL_PATH", "KERNEL_TREE", "KBUILD_DIR",
    "KERNEL_BUILD", "KERNEL_SOURCE", "KSRC_DIR", "LINUX_DIR", "KPATH",
  ]
  /// Names under which they take its release.
  package static let releaseVariables = [
    "KVER", "KERNELVER", "KVERSION", "KERNEL_VERSION", "KERNEL_RELEASE", "KVERS", "TARGET_KERNEL",
  ]

  // MARK: A kernel's configuration (kconfig.rst)

  /// Which compiler a kernel was configured with.
  package static let compilerText = "CONFIG_CC_VERSION_TEXT"
  /// Whether modules carry type data for BPF, which needs a kernel image and pahole.
  package static let typeData = "CONFIG_DEBUG_INFO_BTF_MODULES"

  // MARK: Releases

  /// The header that Kbuild generates for the two macros below.
  package static let versionHeader = "linux/version.h"
  package static let versionCode = "LINUX_VERSION_CODE"
  package static let versionMacro = "KERNEL_VERSION"
  /// Variables of a kernel's Makefile, the most significant first, and how macros that say the same end.
  package static let versionVariables = ["VERSION", "PATCHLEVEL", "SUBLEVEL"]
  package static let versionSuffixes = ["_MAJOR", "_PATCHLEVEL", "_SUBLEVEL"]
  /// Where Kbuild puts the header, relative to a kernel's build directory.
  package static let generatedHeaders = "include/generated/uapi"

  // MARK: Modules

  /// A module without content: what tries whether a kernel's build works at all.
  package static let emptyModule = """
    #include <linux/module.h>
    MODULE_LICENSE("GPL");
    MODULE_DESCRIPTION("trial");

    """
  /// What a module says of itself.
  package static let license = "MODULE_LICENSE"
  /// The licences that the module loader takes for the GPL (include/linux/license.h).
  package static let gplLicenses: Set = [
    "GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL",
  ]
  /// Marks the line in which a file names its licence, and what the GPL's names begin with there
  /// (Documentation/process/license-rules.rst).
  package static let licenseTag = "SPDX-License-Identifier:"
  package static let gplPrefix = "GPL-"
  /// How a module takes symbols from a namespace (Documentation/core-api/symbol-namespaces.rst).
  package static let namespaceImport = "MODULE_IMPORT_NS"
  /// What packages write for a driver's version into `dkms.conf` (dh_dkms(1)).
  package static let versionPlaceholders = ["#MODULE_VERSION#", "@MODULE_VERSION@"]
  /// Begins every macro that exports a symbol to modules.
  package static let exportPrefix = "EXPORT_"

  // MARK: C as the kernel spells it (include/linux/compiler_attributes.h)

  package static let inlineWords: [StaticString] = ["inline", "__always_inline"]
  package static let attributes: [StaticString] = ["__attribute__", "__packed"]
  package static let operators: Set = ["typeof", "__typeof__", "sizeof", "_Static_assert", "static_assert"]

  /// Words that begin a line of a Kconfig file that says something to the build: all others are help texts
  /// (`Documentation/kbuild/kconfig-language.rst`).
  package static let kconfigWords: Set<String> = [
    "bool", "choice", "config", "def_bool", "def_tristate", "default", "depends", "hex", "if", "imply", "int",
    "menuconfig", "range", "select", "string", "tristate", "visible",
  ]
}
