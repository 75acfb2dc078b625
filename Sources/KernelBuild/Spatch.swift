// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import KernelModel
import Sandbox

/// Applies semantic patches with Coccinelle, contained.
package struct Spatch: Sendable {
  /// What `spatch` made of a set of files.
  package struct Result: Sendable {
    /// Every file's text afterwards, changed or not.
    package var files: [String: SourceText]
    /// Paths of the files that changed, sorted.
    package var changed: [String]
    /// Why there is no result, one line; nil if there is one.
    package var reason: String?
    package var evidence: Evidence
  }

  private let containment: Containment

  package init(_ containment: Containment = Containment()) { self.containment = containment }

  /// Applies `semanticPatch` to copies of `files`, by path relative to their common root; headers among them are found by
  /// the sources that include them.
  ///
  /// A semantic patch that carries a script is refused before anything is run. CRLF files are given to Coccinelle with
  /// line feeds and come back as they were.
  ///
  /// - Throws: `Failure` (`unavailable`) if the sandbox or a folder for the run can't be set up.
  package func apply(_ semanticPatch: String, to files: [String: SourceText]) async throws -> Result {
    var result = Result(
      files: files, changed: [], reason: nil,
      evidence: Evidence(command: "spatch", exit: "not run", seconds: 0, lines: []))
    if let word = Self.script(in: semanticPatch) {
      result.reason = "the semantic patch carries a script (\(word)), which is not run"
      return result
    }
    guard !files.isEmpty else { return result }
    let folder = try RunFolder()
    defer { folder.remove() }
    let tree = "\(folder.path)/tree"
    let copy = TreeCopy(source: "", target: tree)
    mkdir(tree, 0o755)
    let paths = files.keys.sorted()
    for path in paths { try copy.put(Self.withLineFeeds(files[path] ?? []), at: path) }
    let sources = paths.filter { $0.hasSuffix(".c") }
    let command = Command(
      "/usr/bin/spatch",
      ["--very-quiet", "--no-show-diff", "--in-place", "--sp-file", "/rule.cocci"]
        + (sources.isEmpty ? paths : sources).map { "./\($0)" },
      environment: ["LC_ALL": "C.UTF-8", "HOME": "/tmp"], directory: "/driver",
      place: .contained(
        View(mounts: [
          .writable(host: tree, inside: "/driver"),
          .file(inside: "/rule.cocci", bytes: Array(semanticPatch.utf8), executable: false),
        ])),
      limits: Limits(seconds: 60, memory: 2 << 30, processes: 64, output: 4 << 20, fileSize: 64 << 20),
      mergesErrors: true)
    let execution = try await containment.run(command)
    let lines = execution.text.split(separator: "\n").map(String.init)
    result.evidence = execution.evidence(lines: Array(lines.suffix(20)))
    guard execution.succeeded else {
      result.reason = "spatch: \(execution.exit): \(lines.last { !$0.isEmpty } ?? "no message")"
      return result
    }
    for path in paths {
      let before = files[path] ?? []
      guard let bytes = FileEntry.bytes(of: "\(tree)/\(path)", limit: 64 << 20) else {
        result.reason = "spatch removed \(path)"
        return result
      }
      let after = Self.isCRLF(before) ? Self.withCarriageReturns(bytes) : bytes
      if after != before { result.changed.append(path) }
      result.files[path] = after
    }
    return result
  }

  /// Why Coccinelle can't read a semantic patch, one line; nil if it can.
  ///
  /// - Throws: `Failure` (`unavailable`) if the sandbox can't be set up.
  package func problem(with semanticPatch: String) async throws -> String? {
    if let word = Self.script(in: semanticPatch) { return "it carries a script (\(word))" }
    let command = Command(
      "/usr/bin/spatch", ["--parse-cocci", "/rule.cocci"], environment: ["LC_ALL": "C.UTF-8", "HOME": "/tmp"],
      directory: "/",
      place: .contained(
        View(mounts: [.file(inside: "/rule.cocci", bytes: Array(semanticPatch.utf8), executable: false)])),
      limits: Limits(seconds: 30, memory: 1 << 30, processes: 64, output: 4 << 20), mergesErrors: true)
    let execution = try await containment.run(command)
    guard !execution.succeeded else { return nil }
    let lines = execution.text.split(separator: "\n").map(String.init)
    return lines.first { $0.contains("error") } ?? "spatch: \(execution.exit)"
  }

  /// The word that would make Coccinelle run a program: `@script:python@`, `@initialize:ocaml@`, `: script:python() {…}`.
  static func script(in semanticPatch: String) -> String? {
    var word = ""
    var pending = ""
    for character in semanticPatch {
      if character.isLetter || character == "_" {
        if !pending.isEmpty { pending = "" }
        word.append(character)
      } else if character.isWhitespace {
        if !word.isEmpty { pending = word }
        word = ""
      } else {
        let last = word.isEmpty ? pending : word
        if character == ":", ["script", "initialize", "finalize"].contains(last) { return last }
        word = ""
        pending = ""
      }
    }
    return nil
  }

  /// Whether every line ends in CR LF.
  private static func isCRLF(_ text: SourceText) -> Bool {
    var previous: UInt8 = 0
    var count = 0
    for byte in text {
      if byte == UInt8(ascii: "\n") {
        guard previous == UInt8(ascii: "\r") else { return false }
        count += 1
      }
      previous = byte
    }
    return count > 0
  }

  private static func withLineFeeds(_ text: SourceText) -> SourceText {
    isCRLF(text) ? text.filter { $0 != UInt8(ascii: "\r") } : text
  }

  private static func withCarriageReturns(_ text: SourceText) -> SourceText {
    var result: SourceText = []
    result.reserveCapacity(text.count + text.count / 16)
    for byte in text {
      if byte == UInt8(ascii: "\n") { result.append(UInt8(ascii: "\r")) }
      result.append(byte)
    }
    return result
  }
}
