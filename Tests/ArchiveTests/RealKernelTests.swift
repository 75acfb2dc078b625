// SPDX-License-Identifier: GPL-2.0-or-later

import Archive
import Foundation
import KernelModel
import Sandbox
import TestSupport
import Testing

/// Against Debian itself: the kernels that are in the user's cache, and the mirror that they came from.
@Suite struct RealKernelTests {
  private static let store = KernelStore(cache: cache, containment: Containment())
  private static let names = ((try? store.kernels()) ?? []).filter { !$0.isReplaced }.map(\.kernel.identity.name)

  private static var cache: String {
    let environment = ProcessInfo.processInfo.environment
    let home = environment["XDG_CACHE_HOME"] ?? "\(FileManager.default.homeDirectoryForCurrentUser.path)/.cache"
    return environment["KMEND_CACHE"] ?? "\(home)/kmend"
  }

  @Test(.enabled(if: !names.isEmpty, "no kernels in the cache: kmend kernel add debian:6.1"), arguments: names)
  func buildsAModule(name: String) async throws {
    let kernel = try Self.store.kernel(named: name)
    let script = """
      mkdir /tmp/m && cd /tmp/m && echo 'obj-m := hello.o' >Makefile
      cat >hello.c <<'END'
      #include <linux/init.h>
      #include <linux/module.h>
      static int __init hello_init(void) { pr_info("hello\\n"); return 0; }
      static void __exit hello_exit(void) { }
      module_init(hello_init);
      module_exit(hello_exit);
      MODULE_LICENSE("GPL");
      MODULE_DESCRIPTION("hello");
      END
      make -C "$0" M=/tmp/m "$@" modules && modinfo -F vermagic hello.ko
      """
    let view = View(
      root: kernel.rootFileSystem, mounts: kernel.mounts.map { .readOnly(host: $0.host, inside: $0.inside) })
    let execution = try await Containment().run(
      Command(
        "sh", ["-c", script, kernel.buildDirectory] + kernel.makeVariables, place: .contained(view), mergesErrors: true)
    )
    #expect(execution.succeeded, "\(execution.text)")
    #expect(execution.text.contains("\n\(kernel.identity.release) SMP"), "\(execution.text)")
    #expect(!execution.text.contains("warning:"), "\(execution.text)")
    #expect(kernel.identity.compiler.contains("gcc"))
    guard kernel.identity.request.hasPrefix("debian:") else { return }
    #expect(kernel.image != nil)
    #expect(FileManager.default.fileExists(atPath: "\(try #require(kernel.modules))/modules.builtin"))
  }

  @Test(.enabled(if: !names.isEmpty, "no package lists in the cache: kmend kernel add debian:6.1"))
  func smallPackageFromTheMirror() async throws {
    #expect(try await Self.store.mirrorReachable().contains("debian"))
    try await withTemporaryFolder { folder in
      // The lists are those of the cache, as long as they are fresh.
      let copied = try await Containment().run(
        Command("cp", ["-a", "\(Self.cache)/apt", "\(folder)/apt"], place: .host))
      #expect(copied.succeeded)
      let packages = DriverPackages(cache: folder, containment: Containment())
      let driver = try await packages.fetch(package: "langford-dkms", version: nil)
      #expect(FileManager.default.fileExists(atPath: "\(driver.folder)/dkms.conf"))
      await #expect {
        _ = try await packages.fetch(package: "langford-dkms", version: "0.0.1-1")
      } throws: { error in
        (error as? Failure)?.code == .unavailable && "\(error)".contains(driver.version)
      }
    }
  }
}
