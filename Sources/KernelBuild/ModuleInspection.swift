// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import Sandbox

/// Reads modules with binutils.
enum ModuleInspection {
  /// Describes each of `paths`, relative to the stage.
  ///
  /// - Throws: `Failure` (`unavailable`) if the sandbox can't be set up.
  static func modules(
    _ paths: [String], in stage: DriverStage, by containment: Containment
  ) async throws -> (modules: [BuiltModule], evidence: Evidence?) {
    guard !paths.isEmpty else { return ([], nil) }
    let command = Command(
      "/bin/sh", ["-c", script, "sh"] + paths, environment: ["LC_ALL": "C.UTF-8"], directory: "/driver",
      place: .contained(View(mounts: [.readOnly(host: stage.folder, inside: "/driver")])),
      limits: Limits(seconds: 60, output: 64 << 20))
    let execution = try await containment.run(command)
    var modules: [BuiltModule] = []
    for field in execution.output.split(separator: 0) {
      let text = String(decoding: field.dropFirst(), as: UTF8.self)
      switch field.first {
      case UInt8(ascii: "F"):
        let file = text.split(separator: "/").last ?? ""
        modules.append(
          BuiltModule(
            name: String(file.hasSuffix(".ko") ? file.dropLast(3) : file), path: text, file: "\(stage.folder)/\(text)",
            undefinedSymbols: [], modinfo: []))
      case UInt8(ascii: "U") where !modules.isEmpty: modules[modules.count - 1].undefinedSymbols.append(text)
      case UInt8(ascii: "I") where !modules.isEmpty: modules[modules.count - 1].modinfo.append(text)
      default: continue
      }
    }
    for index in modules.indices { modules[index].undefinedSymbols.sort() }
    let evidence = Evidence(
      command: "nm -u -P \(paths.joined(separator: " "))", exit: "\(execution.exit)", seconds: execution.seconds,
      lines: [])
    return (modules, evidence)
  }

  /// One field per NUL: `F` path, then its undefined symbols (`U`) and `.modinfo` entries (`I`).
  private static let script = """
    for f do
      printf 'F%s\\0' "$f"
      nm -u -P -- "$f" | sed 's/^ *\\([^ ]*\\).*/U\\1/' | tr '\\n' '\\0'
      objcopy -O binary --only-section=.modinfo -- "$f" /tmp/modinfo && sed -z 's/^/I/' /tmp/modinfo
      printf '\\0'
    done
    """
}
