// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// What one build of a driver against one kernel did.
package struct BuildRecord: Sendable {
  package enum Result: Sendable, Hashable {
    case built
    /// Why it counts as failed, one line, e.g. `exit 2` or `make succeeded, but there is no foo.ko`.
    case failed(String)
    /// `dkms.conf` says that the driver is not for this kernel: the condition that is not met. Nothing was run.
    case notApplicable(String)
  }
  /// `KernelIdentity.name` of the kernel.
  package var kernel: String
  package var result: Result
  /// The run of make, without lines; the caller picks those that matter from `output`.
  package var evidence: Evidence
  /// Everything that was printed, up to the output limit.
  package var output: [UInt8]
  /// Each object that the compiler was asked for, those that failed included, in order of first appearance.
  package var objects: [ObjectBuild]
  /// Each module that was built, by name.
  package var modules: [BuiltModule]
  /// The run of nm that listed what the modules take; nil where there is none.
  package var inspection: Evidence?
  /// Where the staged driver's root stands in the sandbox, e.g. `/driver`: diagnostics and arguments name it.
  package var driverRoot: String
  /// Where the kernel's trees stand in the sandbox, e.g. `/usr/src/linux-headers-6.12.117+deb12-common`.
  package var kernelRoots: [String]
  /// Limits that could not be enforced on this machine, in words.
  package var unenforced: [String]

  package var isBuilt: Bool { result == .built }
}

/// The compiler's command for one object.
package struct ObjectBuild: Codable, Sendable, Hashable {
  /// Relative to the driver's root.
  package var object: String
  /// Relative to the driver's root.
  package var source: String
  /// Name of the module that the object goes into, as Kbuild knows it; empty where it does not say.
  package var module: String
  /// Working directory, inside the sandbox.
  package var directory: String
  /// The compiler's name, e.g. `gcc-12`.
  package var compiler: String
  /// Its arguments without `-c`, `-o` and the object, the source, and the options that write dependency files.
  package var arguments: [String]
  /// Whether the object was there when the build ended.
  package var isCompiled: Bool
}

/// A module as it was built, and what it asks of the kernel.
package struct BuiltModule: Codable, Sendable, Hashable {
  /// File name without `.ko`.
  package var name: String
  /// Relative to the driver's root, e.g. `src/foo.ko`.
  package var path: String
  /// Absolute host path; a regular file reached through no link.
  package var file: String
  /// Symbols that it takes from the kernel or from other modules, sorted.
  package var undefinedSymbols: [String]
  /// Each field of `.modinfo` as written, e.g. `license=GPL`, in order.
  package var modinfo: [String]

  /// Values of a field of `.modinfo`: `license`, `import_ns`, `depends`, `alias`, …
  package func values(of field: String) -> [String] {
    modinfo.compactMap { $0.hasPrefix(field + "=") ? String($0.dropFirst(field.count + 1)) : nil }
  }
}
