// SPDX-License-Identifier: GPL-2.0-or-later

import Archive
import Foundation
import KernelModel
import Sandbox
import Testing

@Suite struct RealCacheTests {
  @Test(.enabled(if: ProcessInfo.processInfo.environment["KMEND_ADD"] != nil)) func add() async throws {
    let environment = ProcessInfo.processInfo.environment
    let store = KernelStore(cache: environment["KMEND_CACHE"] ?? "/root/.cache/kmend", containment: Containment())
    let start = Date()
    do {
      for text in environment["KMEND_ADD"]!.split(separator: " ") {
        print(try await store.add(try .parse(String(text))) { print(Int(-start.timeIntervalSinceNow), $0) })
      }
      for kernel in try store.kernels() { print(kernel.kernel.identity.name, kernel.parts, ByteCount(kernel.bytes)) }
    } catch let failure as Failure {
      print(failure, failure.detail.suffix(3000))
      throw failure
    }
  }
}
