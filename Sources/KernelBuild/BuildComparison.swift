// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// What differs between two builds of one driver although both may have succeeded.
package enum BuildComparison {
  /// Symbols that modules take from elsewhere in one build and not in the other.
  package struct SymbolChange: Codable, Sendable, Hashable {
    /// Module name.
    package var module: String
    /// Sorted.
    package var gone: [String]
    /// Sorted.
    package var added: [String]
  }

  /// Compares the undefined symbols of modules that both builds made, by name; modules without a change are left out.
  ///
  /// Two kernels differ in the helpers that their headers bring in: compare builds on one kernel.
  package static func undefinedSymbols(old: [BuiltModule], new: [BuiltModule]) -> [SymbolChange] {
    old.compactMap { before in
      guard let after = new.first(where: { $0.name == before.name }) else { return nil }
      let gone = Set(before.undefinedSymbols).subtracting(after.undefinedSymbols).sorted()
      let added = Set(after.undefinedSymbols).subtracting(before.undefinedSymbols).sorted()
      return gone.isEmpty && added.isEmpty ? nil : SymbolChange(module: before.name, gone: gone, added: added)
    }
  }

  /// Definitions and include folders that objects were compiled with in `old` and not in `new`: the new kernel's Kbuild
  /// ignores the variable that brings them, and the driver may build without its features.
  ///
  /// A `-D` counts if a Makefile of the driver names its macro, so what the kernel itself defines does not; an `-I` if it
  /// points into the driver.
  ///
  /// - Parameter makefiles: texts of the driver's Makefiles, Kbuild files and `dkms.conf`.
  package static func lostFlags(old: BuildRecord, new: BuildRecord, makefiles: [SourceText]) -> [Finding] {
    let words = makefiles.reduce(into: Set<String>()) { $0.formUnion(identifiers($1)) }
    var findings: [Finding] = []
    for before in old.objects {
      guard let after = new.objects.first(where: { $0.source == before.source && $0.module == before.module }) else {
        continue
      }
      let kept = Set(flags(of: after, root: new.driverRoot, words: words))
      for flag in flags(of: before, root: old.driverRoot, words: words) where !kept.contains(flag) {
        findings.append(
          Finding(
            tool: "kbuild", severity: .warning, site: Site(file: before.source, line: 0),
            message: "compiled with \(flag) on \(old.kernel), without it on \(new.kernel)"))
      }
    }
    return findings
  }

  private static func flags(of object: ObjectBuild, root: String, words: Set<String>) -> [String] {
    var arguments = object.arguments
    for index in arguments.indices.dropLast().reversed() where arguments[index] == "-I" || arguments[index] == "-D" {
      arguments[index] += arguments.remove(at: index + 1)
    }
    return arguments.compactMap { argument in
      if argument.hasPrefix("-D") {
        let name = String(argument.dropFirst(2).prefix { $0 != "=" })
        return name.hasPrefix("KBUILD_") || !words.contains(name) ? nil : argument
      }
      guard argument.hasPrefix("-I"),
        let folder = CompilerRecord.relative(
          String(argument.dropFirst(2)) + "/.", to: root, in: object.directory, allowsRoot: true)
      else { return nil }
      return "-I\(folder.isEmpty ? "." : folder)"
    }
  }

  private static func identifiers(_ text: SourceText) -> Set<String> {
    var found: Set<String> = []
    var start: Int?
    for index in 0...text.count {
      let byte = index < text.count ? text[index] : 0
      let isWord =
        byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
        || (0x61...0x7a).contains(byte)
      if isWord, start == nil { start = index }
      if !isWord, let begin = start {
        var word = text[begin..<index]
        found.insert(String(decoding: word, as: UTF8.self))
        // `-DNAME`: the option's letter belongs to the word.
        if word.first == UInt8(ascii: "D"), begin > 0, text[begin - 1] == UInt8(ascii: "-") {
          word = word.dropFirst()
          found.insert(String(decoding: word, as: UTF8.self))
        }
        start = nil
      }
    }
    return found
  }
}
