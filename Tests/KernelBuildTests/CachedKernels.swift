// SPDX-License-Identifier: GPL-2.0-or-later

import Archive
import Foundation
import KernelModel
import Sandbox

/// The kernels of the cache that `Deploy/test` fills.
enum CachedKernels {
  static let all: [String: Kernel] = {
    let environment = ProcessInfo.processInfo.environment
    let caches = environment["XDG_CACHE_HOME"] ?? NSHomeDirectory() + "/.cache"
    let store = KernelStore(cache: environment["KMEND_CACHE"] ?? caches + "/kmend", containment: Containment())
    let kernels = ((try? store.kernels()) ?? []).filter { !$0.isReplaced }.map { ($0.kernel.identity.name, $0.kernel) }
    return Dictionary(kernels) { first, _ in first }
  }()

  /// The two kernels that tests build for.
  static let both = all["6.1"] != nil && all["6.12"] != nil
  static let why = "needs the kernels 6.1 and 6.12 in the cache (Deploy/test adds them)"
}
