// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// What the text of a Makefile or Kbuild file says about how its modules are built; it is not run.
struct DriverMakefile {
  /// It names module objects: `obj-m`.
  private(set) var namesModules = false
  /// It names objects under a configuration option that it does not set itself: `obj-$(CONFIG_…)`.
  private(set) var namesConditionalModules = false
  /// A recipe calls Kbuild: `make -C … M=…` or `SUBDIRS=`.
  private(set) var callsKbuild = false
  /// Calling Kbuild directly would make other modules: the recipe passes more than Kbuild needs, e.g. `CONFIG_FOO=m`, or
  /// its rule makes a file first.
  private(set) var needsOwnMakefile = false
  /// A recipe calls make in a folder of its own.
  private(set) var recurses = false
  /// The target that makes modules and nothing else, where there is one.
  private(set) var moduleTarget: String?
  /// Whether it is a `Kbuild` file, which only Kbuild reads.
  let isKbuild: Bool
  /// Variables that hold the call's arguments, as they are referred to.
  private var kbuildOptions: Set<Substring> = []
  /// Files that recipes make without Kbuild, and what the rules that call Kbuild need.
  private var (made, neededFirst): (Set<Substring>, Set<Substring>) = ([], [])

  /// File names that make(1) and Kbuild look for, Kbuild's own choice first.
  static let names = ["Kbuild", "GNUmakefile", "makefile", "Makefile"]

  /// Reads the Makefile of a folder, not its Kbuild file; nil if there is none.
  static func read(in folder: String) -> DriverMakefile? {
    for name in names.dropFirst() {
      if let bytes = FileEntry.bytes(of: "\(folder)/\(name)", limit: 1 << 20) {
        return DriverMakefile(bytes, isKbuild: false)
      }
    }
    return nil
  }

  /// Reads a folder's Kbuild file; nil if there is none.
  static func readKbuild(in folder: String) -> DriverMakefile? {
    FileEntry.bytes(of: "\(folder)/Kbuild", limit: 1 << 20).map { DriverMakefile($0, isKbuild: true) }
  }

  init(_ text: [UInt8], isKbuild: Bool) {
    self.isKbuild = isKbuild
    var conditional = false
    var options: Set<Substring> = []
    var needed: Set<Substring> = []
    var rule: (targets: [Substring], needs: [Substring]) = ([], [])
    for line in Self.logicalLines(text) {
      // A tab makes a recipe only after a rule: in conditionals it is mere indentation.
      let assigned = Self.assignment(line).flatMap { line.hasPrefix("\t") && !$0.0.hasPrefix("obj-") ? nil : $0 }
      if let (name, value) = assigned {
        let words = value.split { $0 == " " || $0 == "\t" }
        if Self.namesFolder(words) { kbuildOptions.formUnion(["$(\(name))", "${\(name)}"]) }
        if name.hasPrefix(BuildProtocol.modules)
          && !name.dropFirst(BuildProtocol.modules.count).contains(where: \.isLetter)
        {
          namesModules = namesModules || !value.isEmpty
        } else if name.hasPrefix("obj-$(") || name.hasPrefix("obj-${") {
          conditional = true
          needed.insert(name.dropFirst(6).prefix { $0 != ")" && $0 != "}" })
        } else if value == "m" || value == "y" {
          options.insert(name)
        }
      } else if line.hasPrefix("\t") {
        readRecipe(line, of: rule)
      } else if let colon = line.firstIndex(of: ":") {
        for target in line[..<colon].split(separator: " ") where target == "modules" || target == "module" {
          if moduleTarget != "modules" { moduleTarget = String(target) }
        }
        let needs = line[line.index(after: colon)...].prefix { $0 != ";" }
        rule = (line[..<colon].split(separator: " "), needs.split { $0 == " " || $0 == "\t" })
        if let semicolon = line[colon...].firstIndex(of: ";") { readRecipe(line[semicolon...], of: rule) }
      }
    }
    if !options.isDisjoint(with: needed), !callsKbuild { namesModules = true }
    namesConditionalModules = conditional
    needsOwnMakefile = needsOwnMakefile || !made.isDisjoint(with: neededFirst)
  }

  /// Whether Kbuild finds something to build in it.
  var isForKbuild: Bool { namesModules || namesConditionalModules }

  /// Whether it is the call of Kbuild for a folder.
  private static func namesFolder(_ words: [Substring]) -> Bool {
    words.contains { $0.hasPrefix("M=") || $0.hasPrefix("SUBDIRS=") }
  }

  private mutating func readRecipe(_ line: Substring, of rule: (targets: [Substring], needs: [Substring])) {
    guard line.contains("make") || line.contains("MAKE") else {
      made.formUnion(rule.targets.filter { $0.contains(".") && !$0.hasPrefix(".") })
      return
    }
    let words = line.split { $0 == " " || $0 == "\t" }
    let changes = words.contains { $0.hasPrefix("-C") }
    guard Self.namesFolder(words) || !kbuildOptions.isDisjoint(with: words) else {
      if changes { recurses = true }
      return
    }
    callsKbuild = true
    guard !words.contains(where: { $0.contains("clean") || $0.contains("install") }) else { return }
    neededFirst.formUnion(rule.needs)
    for word in words {
      guard let equals = word.firstIndex(of: "=") else { continue }
      let name = word[..<equals]
      let isUsual = ["M", "SUBDIRS", "V", "ARCH", "CROSS_COMPILE", "O", "C", "W", "PWD", "src"].contains(name)
      if !isUsual, !name.hasPrefix("KBUILD"), name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" })
      {
        needsOwnMakefile = true
      }
    }
  }

  /// Lines with their continuations, without comments of whole lines.
  private static func logicalLines(_ text: [UInt8]) -> [Substring] {
    var lines: [Substring] = []
    var pending = ""
    for raw in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      var line = String(decoding: raw, as: UTF8.self)
      if line.utf8.last == UInt8(ascii: "\r") { line = String(line.unicodeScalars.dropLast()) }
      if line.hasSuffix("\\") {
        pending += line.dropLast() + " "
        continue
      }
      let whole = pending + line
      pending = ""
      if !whole.hasPrefix("#") { lines.append(whole[...]) }
    }
    if !pending.isEmpty { lines.append(pending[...]) }
    return lines
  }

  /// Name and value of an assignment: `a = b`, `a := b`, `a += b`, `export a ?= b`.
  private static func assignment(_ line: Substring) -> (Substring, Substring)? {
    guard let equals = line.firstIndex(of: "=") else { return nil }
    var name = line[..<equals]
    while let last = name.last, "+:?".contains(last) { name.removeLast() }
    let words = name.split { $0 == " " || $0 == "\t" }
    guard let last = words.last, words.count == 1 || ["export", "override"].contains(words[0]) else { return nil }
    let value = line[line.index(after: equals)...].prefix { $0 != "#" }
    let trimmed = value.drop { $0 == " " || $0 == "\t" }
    guard let end = trimmed.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return (last, "") }
    return (last, trimmed[...end])
  }

  /// Names under which drivers' Makefiles take the kernel's folder and release from their caller.
  static func usualVariables(for kernel: Kernel) -> [String: String] {
    return Dictionary(
      uniqueKeysWithValues: BuildProtocol.folderVariables.map { ($0, kernel.buildDirectory) }
        + BuildProtocol.releaseVariables.map { ($0, kernel.identity.release) }
    )
  }
}
