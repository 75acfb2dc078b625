// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Compile-time probes: a file with a few lines of code for each, and the Kbuild lines that try them.
struct CompatKbuild {
  /// The snippets, by path relative to the driver's root. A header by name, so that no wildcard takes it for a source.
  let path: String
  /// The Kbuild files that build the sites.
  let makefiles: [String]
  private let files: [String: SourceText]

  /// Nil if no Kbuild file builds the sites.
  init?(files: [String: SourceText], sites: [String]) {
    self.files = files
    var makefiles: Set<String> = []
    for site in sites {
      guard let makefile = Self.makefile(for: CompatText.folder(site), files) else { return nil }
      makefiles.insert(makefile)
    }
    self.makefiles = makefiles.sorted()
    let existing = files.keys.sorted().first { $0.split(separator: "/").last == "compat_tests.h" }
    path = existing ?? CompatText.join(CompatText.commonFolder(self.makefiles), "compat_tests.h")
  }

  /// The nearest Kbuild file of the folder or above; in one folder Kbuild takes `Kbuild` before `Makefile`.
  private static func makefile(for folder: String, _ files: [String: SourceText]) -> String? {
    var folder = folder
    while true {
      for name in ["Kbuild", "Makefile"] {
        let path = CompatText.join(folder, name)
        if let text = files[path], buildsObjects(text) { return path }
      }
      if folder.isEmpty { return nil }
      folder = CompatText.folder(folder)
    }
  }

  private static func buildsObjects(_ text: SourceText) -> Bool {
    let text = String(decoding: text, as: UTF8.self)
    return text.contains("obj-") || text.contains("-objs") || text.contains("-y ")
  }

  /// The edits of Kbuild files and the snippet file, or that file anew.
  func adding(_ probes: [CompatProbe]) -> (edits: [Edit], file: SourceText?) {
    var edits = makefiles.compactMap { makefile in edit(makefile, probes) }
    let snippets = probes.filter { probe in
      !(files[path].map { CompatText.contains($0, word: "TEST_\(probe.name)") } ?? false)
    }
    .map(snippet)
    guard let text = files[path] else {
      let end = CompatText.lineEnd(files)
      let head = [
        "/* SPDX-License-Identifier: \(CompatText.licence(files)) */", "/*",
        " * Not included anywhere: Kbuild compiles each part by itself and defines HAVE_<name>", " * where that works.",
        " */",
      ]
      return (edits, SourceText((head + snippets.flatMap { $0 }).map { $0 + end }.joined().utf8))
    }
    if !snippets.isEmpty {
      let end = CompatText.lineEnd(text)
      edits.append(
        Edit(
          file: path, range: text.count..<text.count, replacement: snippets.flatMap { $0 }.map { $0 + end }.joined()))
    }
    return (edits, nil)
  }

  private func snippet(_ probe: CompatProbe) -> [String] {
    ["", "#ifdef TEST_\(probe.name)"] + probe.lines + ["#endif"]
  }

  /// The lines for a Kbuild file; nil if it has them.
  private func edit(_ makefile: String, _ probes: [CompatProbe]) -> Edit? {
    let text = files[makefile] ?? []
    let end = CompatText.lineEnd(text)
    let string = String(decoding: text, as: UTF8.self)
    let missing = probes.filter { !string.contains("compat-test,\($0.name))") }
    guard !missing.isEmpty else { return nil }
    let calls = missing.map { "compat-flags += $(call compat-test,\($0.name))" }
    if let last = CompatText.places(of: BuildProtocol.compilerFlags, in: text).last(where: {
      text[$0...].starts(with: Self.use.utf8)
    }) {
      return Edit(file: makefile, range: last..<last, replacement: calls.map { $0 + end }.joined())
    }
    let snippets = CompatText.relative(path, from: CompatText.folder(makefile))
    let isSeparated = text.isEmpty || text.suffix(2) == [0x0A, 0x0A] || text.suffix(4) == [0x0D, 0x0A, 0x0D, 0x0A]
    let lines =
      (isSeparated ? [] : [""]) + [
        "# What this kernel has: each part of \(snippets) is compiled with the kernel's own flags.",
        "ifneq (\(BuildProtocol.isCompiling),)",
        "compat-test = $(shell \(BuildProtocol.compiler[0]) \\",
      ] + BuildProtocol.compiler.dropFirst().dropLast().map { "\t\($0) \\" } + [
        "\t\(BuildProtocol.compiler.last ?? "") -DTEST_$(1) -w -x c -fsyntax-only $(src)/\(snippets) \\",
        "\t>/dev/null 2>&1 && echo -DHAVE_$(1))",
        "compat-flags :=",
      ] + calls + [Self.use, "endif"]
    let glue = text.isEmpty || text.last == 0x0A ? "" : end
    return Edit(
      file: makefile, range: text.count..<text.count, replacement: glue + lines.map { $0 + end }.joined())
  }

  private static let use = "\(BuildProtocol.compilerFlags) += $(compat-flags)"
}
