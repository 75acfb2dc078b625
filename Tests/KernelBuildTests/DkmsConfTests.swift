// SPDX-License-Identifier: GPL-2.0-or-later

import KernelBuild
import KernelModel
import TestSupport
import Testing

@Suite struct DkmsConfTests {
  /// Evaluates `conf` for a kernel that consists of a configuration.
  private func evaluate(_ conf: String, release: String = "6.12.5-test") async throws -> DkmsConf? {
    try await withTemporaryFolder { folder in
      _ = try write([".config": "CONFIG_PCI=y\nCONFIG_I2C=m\n# CONFIG_USB is not set\n"], below: "\(folder)/kernel")
      let root = try write(["dkms.conf": conf], below: "\(folder)/driver")
      let kernel = Kernel(
        identity: KernelIdentity(request: "test", name: "test", release: release, sourceVersion: "1"),
        mounts: [KernelMount(host: "\(folder)/kernel", inside: "/usr/src/test")], buildDirectory: "/usr/src/test")
      let driver = Driver(name: "name", version: "1.5", origin: .directory(path: root), root: root, recipe: .dkms)
      return try await Kbuild().dkmsConf(
        of: driver, in: DriverStage(of: root, into: "\(folder)/stage"), for: kernel)
    }
  }

  private static let head = "PACKAGE_NAME=a\nPACKAGE_VERSION=1\nDEST_MODULE_LOCATION[0]=/extra\n"

  @Test(arguments: [
    ("", "make -C /usr/src/test M=/var/lib/dkms/a/1/build"),
    ("MAKE=\"make all\"", "make all"),
    ("MAKE[0]='make KVER=$kernelver'", "make KVER=$kernelver"),
    ("MAKE[0]=\"make KVER=$kernelver\"", "make KVER=6.12.5-test"),
    ("MAKE[0]=old; MAKE_MATCH[0]='^5'; MAKE[1]=new; MAKE_MATCH[1]='^6\\.1'", "new"),
    ("MAKE[0]=old; MAKE_MATCH[0]='^5'", "make -C /usr/src/test M=/var/lib/dkms/a/1/build"),
    ("MAKE=\"make $source_tree $arch $dkms_tree\"", "make /var/lib/dkms/.sources x86_64 /var/lib/dkms"),
    ("MAKE=\"make one \\\n  && make two\"", "make one   && make two"),
    ("echo noise; echo noise >&2; MAKE=quiet", "quiet"),
  ])
  func makeCommand(conf: String, expected: String) async throws {
    #expect(try await evaluate(Self.head + conf)?.make == expected)
  }

  @Test(arguments: [
    ("", ["a.ko"]),
    ("BUILT_MODULE_NAME=b", ["b.ko"]),
    ("BUILT_MODULE_NAME=b; BUILT_MODULE_LOCATION=src", ["src/b.ko"]),
    (
      "BUILT_MODULE_NAME[0]=b; BUILT_MODULE_NAME[1]=c; BUILT_MODULE_LOCATION[1]=s/; DEST_MODULE_LOCATION[1]=/extra",
      ["b.ko", "s/c.ko"]
    ),
  ])
  func modules(conf: String, expected: [String]) async throws {
    #expect(try await evaluate(Self.head + conf)?.modules == expected)
  }

  @Test(
    arguments: [
      ("", nil), ("BUILD_EXCLUSIVE_KERNEL='^6'", nil), ("BUILD_EXCLUSIVE_KERNEL='^5'", "BUILD_EXCLUSIVE_KERNEL=\"^5\""),
      ("BUILD_EXCLUSIVE_ARCH=x86_64", nil), ("BUILD_EXCLUSIVE_ARCH=arm", "BUILD_EXCLUSIVE_ARCH=\"arm\""),
      ("BUILD_EXCLUSIVE_KERNEL_MIN=6.9", nil),
      ("BUILD_EXCLUSIVE_KERNEL_MIN=6.13", "BUILD_EXCLUSIVE_KERNEL_MIN=\"6.13\""),
      ("BUILD_EXCLUSIVE_KERNEL_MAX=6.13", nil),
      ("BUILD_EXCLUSIVE_KERNEL_MAX=6.9", "BUILD_EXCLUSIVE_KERNEL_MAX=\"6.9\""),
      ("OBSOLETE_BY=6.9", "BUILD_EXCLUSIVE_KERNEL_MAX=\"6.9\""),
      ("BUILD_EXCLUSIVE_CONFIG='CONFIG_PCI CONFIG_I2C !CONFIG_USB'", nil),
      ("BUILD_EXCLUSIVE_CONFIG='CONFIG_PCI CONFIG_USB'", "BUILD_EXCLUSIVE_CONFIG=\"CONFIG_USB\""),
      ("BUILD_EXCLUSIVE_CONFIG='!CONFIG_I2C'", "BUILD_EXCLUSIVE_CONFIG=\"!CONFIG_I2C\""),
      (
        ". $kernel_source_dir/.config; [ $CONFIG_PCI = n ] || BUILD_EXCLUSIVE_ARCH=never",
        "BUILD_EXCLUSIVE_ARCH=\"never\""
      ),
    ] as [(String, String?)])
  func exclusion(conf: String, expected: String?) async throws {
    let found = try #require(try await evaluate(Self.head + conf))
    #expect(found.exclusion == expected)
  }

  @Test func patchesAndScripts() async throws {
    let conf = try #require(
      try await evaluate(
        Self.head
          + "PATCH[0]=a.patch; PATCH[2]=b.patch; PATCH_MATCH[2]='^6'; PATCH[3]=c.patch; PATCH_MATCH[3]='^5'\n"
          + "PRE_BUILD='configure --x'; BUILD_DEPENDS[0]=other; BUILD_DEPENDS[1]='third'\n"))
    #expect(conf.patches == ["a.patch", "b.patch"])
    #expect(conf.preBuild == "configure --x")
    #expect(conf.buildDepends == ["other", "third"])
  }

  @Test(arguments: [
    "PACKAGE_NAME=\"#MODULE_VERSION#\"\nPACKAGE_VERSION=#MODULE_VERSION#\n",
    "PACKAGE_NAME=a\nPACKAGE_VERSION=\"@VERSION@\"\nMAKE=\"make @FLAGS@\"\n",
    "PACKAGE_NAME=a\nPACKAGE_VERSION=\"#VERSION#\"\n",
  ])
  func placeholders(conf: String) async throws {
    #expect(try await evaluate(conf + "DEST_MODULE_LOCATION=/extra\n")?.packageVersion == "1.5")
  }

  @Test func placeholdersThatAreNone() async throws {
    let conf = "PACKAGE_NAME=a\nPACKAGE_VERSION=@VERSION@\nDEST_MODULE_LOCATION=/extra\n"
    let found = try #require(try await evaluate(conf + "PRE_BUILD=\"sed s@X@Y@ a @FLAGS@ @MORE@\"\n"))
    #expect(found.preBuild == "sed s@X@Y@ a  ")
  }

  @Test(arguments: [
    "", "PACKAGE_NAME=a", "PACKAGE_NAME=../../etc\nPACKAGE_VERSION=1\nDEST_MODULE_LOCATION=/extra",
    "PACKAGE_NAME=a\nPACKAGE_VERSION=1", "exit 3", "sleep 60",
  ])
  func refuses(conf: String) async throws {
    let failure = await #expect(throws: Failure.self) { try await evaluate(conf) }
    #expect(failure?.code == .badInput)
  }
}
