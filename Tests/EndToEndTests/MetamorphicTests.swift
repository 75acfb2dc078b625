// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Pipeline
import TestSupport
import Testing

extension EndToEnd {
  /// Nothing that kmend knows about a kernel was built into it: with other names for the interfaces that changed, in the
  /// driver and in both kernels alike, it does the same.
  @Suite struct MetamorphicTests {
    /// Functions and macros; macros, callbacks and a field behind an accessor; a field that became const, a callback's
    /// result, an argument.
    @Test(arguments: ["three-breaks", "older", "mapped"])
    func otherNamesSameResult(_ driver: String) async throws {
      try await withTemporaryFolder { folder in
        let (report, adapted) = try await adapt(
          golden("EndToEnd/\(driver)"), in: "\(folder)/as-they-are", Shipped.cache)
        #expect(report.breaks.after.isEmpty && !report.rules.isEmpty, "\(report.unsolved)")
        let renaming = Renaming(Self.names(of: report))
        let cache = "\(folder)/cache"
        try await cutDown(["6.1", "6.12"], into: cache, renaming)
        let source = "\(folder)/\(driver)"
        try FileManager.default.copyItem(atPath: golden("EndToEnd/\(driver)"), toPath: source)
        try await renaming.apply(toFilesBelow: source)
        let (other, others) = try await adapt(source, in: "\(folder)/renamed", cache)
        #expect(other.outcome == report.outcome)
        #expect(other.rules.map(\.summary) == report.rules.map { renaming.renamed($0.summary) }, "\(renaming)")
        #expect(others.keys == adapted.keys)
        for (file, text) in adapted {
          // Probes stand in the order of their names.
          let (wanted, found) = (lines(renaming.renamed(text)), lines(others[file] ?? ""))
          #expect(
            file.hasPrefix("compat") ? found.sorted() == wanted.sorted() : found == wanted, "\(file): \(renaming)")
        }
      }
    }

    private func lines(_ text: String) -> [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    private static func names(of report: AdaptationReport) -> Set<String> {
      let isName = { (text: String) in text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } }
      return Set(report.rules.flatMap { [$0.symbol] + $0.introduces }.filter(isName))
    }

    private func adapt(
      _ source: String, in folder: String, _ cache: String
    ) async throws -> (AdaptationReport, [String: String]) {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let copy = "\(folder)/driver"
      try FileManager.default.copyItem(atPath: source, toPath: copy)
      let run = try await Shipped.kmend(
        [
          "adapt", copy, "--from", "6.1", "--to", "6.12", "--no-boot", "--in-place", "--quiet", "--out",
          "\(folder)/out",
        ], environment: ["KMEND_CACHE": cache])
      #expect([0, 1].contains(run.code), "\(run.errors)")
      let report = try JSONDecoder().decode(
        AdaptationReport.self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/out/report.json")))
      let names = try FileManager.default.contentsOfDirectory(atPath: copy).filter {
        $0.hasSuffix(".c") || $0.hasSuffix(".h")
      }
      let texts = try names.map { ($0, try String(contentsOfFile: "\(copy)/\($0)", encoding: .utf8)) }
      return (report, Dictionary(uniqueKeysWithValues: texts))
    }

    /// Kernels with other names: what drivers are built with, and of their sources the headers and the files with one of
    /// the names in one of them.
    private func cutDown(_ kernels: [String], into cache: String, _ renaming: Renaming) async throws {
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(Shipped.cache)/kernels")
      let folders = try kernels.map { kernel in try #require(names.first { $0.hasPrefix("\(kernel)@") }) }
      var files: Set<Substring> = []
      for folder in folders {
        let source = "\(Shipped.cache)/kernels/\(folder)/source"
        files.formUnion(try await renaming.files(below: source).map { $0.dropFirst(source.count + 1) })
      }
      for folder in folders {
        let (old, new) = ("\(Shipped.cache)/kernels/\(folder)", "\(cache)/kernels/\(folder)")
        for part in ["root/usr", "source/include", "source/scripts"] {
          try await copy("\(old)/\(part)", to: "\(new)/\(part)")
        }
        try FileManager.default.copyItem(atPath: "\(old)/kernel.json", toPath: "\(new)/kernel.json")
        let list = "\(cache)/files"
        let wanted = files.filter {
          !$0.hasPrefix("include/") && !$0.hasPrefix("scripts/")
            && FileManager.default.fileExists(atPath: "\(old)/source/\($0)")
        }
        try wanted.sorted().joined(separator: "\n").write(toFile: list, atomically: true, encoding: .utf8)
        let copied = try await Shipped.run(
          "sh", ["-c", "cpio -pdm --quiet \"$1\" <\"$2\"", "sh", "\(new)/source", list], in: "\(old)/source")
        #expect(copied.code == 0, "\(copied.errors)")
        try await renaming.apply(toFilesBelow: new)
      }
    }

    /// By hard links where that is possible: what is renamed gets a file of its own.
    private func copy(_ source: String, to target: String) async throws {
      let parent = URL(fileURLWithPath: target).deletingLastPathComponent().path
      try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
      let linked = try await Shipped.run("cp", ["-al", source, target])
      guard linked.code != 0 else { return }
      try? FileManager.default.removeItem(atPath: target)
      #expect(try await Shipped.run("cp", ["-a", source, target]).code == 0)
    }
  }
}

/// Random names of the same length and case in place of others.
private struct Renaming: CustomStringConvertible {
  /// Regular expressions over bytes are many times faster.
  private static let bytes = ["LC_ALL": "C"]
  let names: [(old: String, new: String)]

  init(_ old: Set<String>) {
    names = old.sorted().map { name in
      // `zq` begins no name in a kernel.
      let random = (0..<max(name.count - 2, 4)).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement() ?? "x" }
      let new = "zq" + String(random)
      return (name, name.contains(where: \.isLowercase) ? new : new.uppercased())
    }
  }

  var description: String { names.map { "\($0.old) is \($0.new)" }.joined(separator: ", ") }

  /// Names of probes are in capitals.
  func renamed(_ text: String) -> String {
    let all = names + names.map { ($0.old.uppercased(), $0.new.uppercased()) }
    return all.reduce(text) { text, name in
      text.replacingOccurrences(of: pattern(name.old), with: "$1\(name.new)", options: .regularExpression)
    }
  }

  /// The name, also where the preprocessor pastes it to something in capitals.
  private func pattern(_ name: String) -> String { "\\b([A-Z][A-Z0-9_]*_)?\(name)\\b" }

  /// Plain text files with one of the names.
  func files(below folder: String) async throws -> [String] {
    let all = pattern("(\(names.map(\.old).joined(separator: "|")))")
    return try await Shipped.run("grep", ["-rlIE", all, folder], environment: Self.bytes).output.split(separator: "\n")
      .map(String.init)
  }

  func apply(toFilesBelow folder: String) async throws {
    let script = names.map { "s/\(pattern($0.old))/\\1\($0.new)/g" }.joined(separator: ";")
    var rest = try await files(below: folder)[...]
    while !rest.isEmpty {
      #expect(try await Shipped.run("sed", ["-i", "-E", script] + rest.prefix(500), environment: Self.bytes).code == 0)
      rest = rest.dropFirst(500)
    }
  }
}
