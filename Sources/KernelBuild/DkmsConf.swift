// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import Sandbox

/// What `dkms.conf` says for one kernel; dkms(8).
package struct DkmsConf: Sendable, Hashable {
  package var packageName: String
  package var packageVersion: String
  /// The `MAKE` entry that fits the kernel, or dkms's own default.
  package var make: String
  /// Program below the build folder with its arguments, to be run before make; empty for none.
  package var preBuild: String
  /// Patches below `patches/` that fit the kernel, in order.
  package var patches: [String]
  /// Each module's path relative to the build folder, with `.ko`.
  package var modules: [String]
  /// Other dkms packages that must be installed before it.
  package var buildDepends: [String]
  /// The `BUILD_EXCLUSIVE_*` condition that the kernel does not meet; nil if it meets all.
  package var exclusion: String?

  /// The folder that dkms builds in, as the commands name it.
  var buildFolder: String { "\(Self.tree)/\(packageName)/\(packageVersion)/build" }

  static let tree = "/var/lib/dkms"
  static let sources = "/var/lib/dkms/.sources"

  /// Evaluates the `dkms.conf` of a stage, which is a bash script, in the sandbox.
  ///
  /// - Throws: `Failure`: `badInput` if it can't be evaluated or lacks a name, a version or a module.
  static func evaluated(in place: BuildPlace, by containment: Containment) async throws -> DkmsConf {
    let script = "\(BuildPlace.tools)/dkms-conf"
    let architecture = place.kernel.identity.architecture == "amd64" ? "x86_64" : place.kernel.identity.architecture
    let command = Command(
      "/bin/bash", [script, "\(place.driverRoot)/dkms.conf"],
      environment: [
        "LC_ALL": "C.UTF-8", "HOME": "/nonexistent", "PATH": "\(BuildPlace.tools)/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "kernelver": place.release, "arch": architecture, "kernel_source_dir": place.kernel.buildDirectory,
        "dkms_tree": tree, "source_tree": sources,
      ],
      directory: place.driverRoot,
      place: .contained(place.view(writable: false, files: [script: Array(DkmsScripts.evaluate.utf8)])),
      limits: Limits(seconds: 10, memory: 1 << 30, processes: 128, output: 1 << 20, fileSize: 1 << 20))
    let execution = try await containment.run(command)
    guard execution.succeeded, let conf = DkmsConf(dump: execution.output) else {
      throw Failure(
        .badInput, "dkms.conf", "can't be evaluated (\(execution.exit))",
        remedy: "check that dkms itself accepts it", detail: execution.errorText)
    }
    for name in [conf.packageName, conf.packageVersion] where !isPlainName(name) {
      throw Failure(
        .badInput, "dkms.conf", name.isEmpty ? "has no PACKAGE_NAME or PACKAGE_VERSION" : "has the odd name \(name)",
        remedy: "set PACKAGE_NAME and PACKAGE_VERSION as dkms(8) says")
    }
    guard !conf.modules.isEmpty || conf.exclusion != nil else {
      throw Failure(
        .badInput, "dkms.conf", "names no module", remedy: "set BUILT_MODULE_NAME and DEST_MODULE_LOCATION")
    }
    return conf
  }

  /// Reads what `DkmsScripts.evaluate` prints: key and value in turn, each ended by NUL.
  init?(dump: [UInt8]) {
    let words = dump.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    var values: [String: [String]] = [:]
    for index in stride(from: 0, to: words.count - 1, by: 2) {
      values[words[index], default: []].append(words[index + 1])
    }
    guard values["end"] != nil else { return nil }
    func last(_ key: String) -> String { values[key]?.last ?? "" }
    packageName = last("name")
    packageVersion = last("version")
    make = last("make")
    preBuild = last("pre-build")
    patches = values["patch"] ?? []
    modules = values["module"] ?? []
    buildDepends = values["depends"] ?? []
    exclusion = values["exclusion"]?.first
  }

  private static func isPlainName(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".." && name.utf8.count < 200
      && name.utf8.allSatisfy {
        $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+")
          || $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: ":") || ($0 < 128 && Character(UnicodeScalar($0)).isLetter)
          || ($0 < 128 && Character(UnicodeScalar($0)).isNumber)
      }
  }

  /// `dkms.conf` with the placeholders that packaging fills in (dh_dkms(1): `#MODULE_VERSION#`; others write `@NAME@`, as
  /// autoconf does) replaced by name and version, or by nothing where they stand for something else; nil if there is none.
  static func withoutPlaceholders(_ conf: [UInt8], name: String, version: String) -> [UInt8]? {
    guard conf.contains(UInt8(ascii: "#")) || conf.contains(UInt8(ascii: "@")) else { return nil }
    let version = version.isEmpty ? "0" : version
    var text = String(decoding: conf, as: UTF8.self)
    let before = text
    for placeholder in BuildProtocol.versionPlaceholders + ["#VERSION#"] { text.replaceAll(placeholder, by: version) }
    text = text.replacing(/@(?:PACKAGE_|MODULE_|PKG)?(?:VERSION|VER)@/, with: version)
    text = text.replacing(/@(?:PACKAGE_NAME|_PKGBASE|PKGNAME)@/, with: name)
    // A word of its own: sed(1) takes any character between its parts.
    text = text.replacing(/(^|[\s"'])@[A-Z_][A-Z0-9_]*@(?=$|[\s"'])/.anchorsMatchLineEndings()) { $0.1 }
    return text == before ? nil : Array(text.utf8)
  }
}

extension String {
  fileprivate mutating func replaceAll(_ old: String, by new: String) {
    guard contains(old) else { return }
    self = split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
  }
}
