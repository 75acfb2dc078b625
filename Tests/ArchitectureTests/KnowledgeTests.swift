// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import TestSupport
import Testing

/// No source knows the kernel: names of its headers, of Kbuild's variables, of its symbols and modules stand in no string
/// literal. What the build protocol itself says is in one file.
@Suite struct KnowledgeTests {
  private static let allowed = "Sources/KernelModel/BuildProtocol.swift"

  /// Each literal of the sources, with the file that it stands in.
  private static let literals: [(file: String, text: String)] = {
    let files = (try? swiftFiles(below: "\(repositoryRoot)/Sources")) ?? []
    return files.filter { !$0.hasSuffix(allowed) }.flatMap { file in
      stringLiterals(in: (try? String(contentsOfFile: file, encoding: .utf8)) ?? "").map { (file, $0) }
    }
  }()

  @Test func namesNoHeaderOfTheKernel() {
    let path = #/\b[a-z][a-z0-9_-]*/[a-z0-9_/-]+\.h\b/#
    for literal in Self.literals {
      #expect(literal.text.firstMatch(of: path) == nil, "\(literal.file): \(literal.text)")
    }
    #expect(Self.literals.count > 1000, "they are found at all")
  }

  @Test func namesNoVariableOfKbuild() {
    let variable = #/\b(D?KBUILD_[A-Z]+|CONFIG_[A-Z]+|obj-[my]\b|ccflags-|EXTRA_CFLAGS|LINUXINCLUDE|KERNELRELEASE)/#
    for literal in Self.literals {
      #expect(literal.text.firstMatch(of: variable) == nil, "\(literal.file): \(literal.text)")
    }
  }

  /// Against what the kernels of the cache define, export and ship; names without an underscore may be plain words.
  @Test(.enabled(if: !Kernels.folders.isEmpty, "no kernel in the cache"))
  func namesNoSymbolOfTheKernel() throws {
    let known = try Kernels.names()
    #expect(known.count > 50_000)
    for literal in Self.literals {
      let words = literal.text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
      let found = words.filter { $0.dropFirst().contains("_") && known.contains(String($0)) }
      #expect(found.isEmpty, "\(literal.file): \(found) in \(literal.text)")
    }
  }

  @Test(arguments: [
    ("let a = \"b c\" + \"d\" // \"e\"", ["b c", "d"]), ("/// \"a\"\nf(\"\\\"b\\\\\")", ["\\\"b\\\\"]),
    ("x = \"a \\(b(\"c\")) d\"", ["a  d", "c"]), ("y = \"\"\"\n  a \"b\" \\(c)\n  \"\"\"", ["\n  a \"b\" \n  "]),
    ("z = #\"a\\\"#; w = #\"\"\"\n b \\#(c) \"\n \"\"\"#", ["a\\", "\n b  \"\n "]),
    ("let u = \"//\"; let v = \"\"", ["//", ""]),
  ])
  func readsLiterals(source: String, literals: [String]) { #expect(stringLiterals(in: source) == literals) }
}

/// The kernels of the cache that Deploy/test fills.
private enum Kernels {
  static let folders: [String] = {
    let environment = ProcessInfo.processInfo.environment
    let home = environment["XDG_CACHE_HOME"] ?? NSHomeDirectory() + "/.cache"
    let store = (environment["KMEND_CACHE"] ?? home + "/kmend") + "/kernels"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: store)) ?? []
    return names.filter { $0.hasPrefix("6.12@") || $0.hasPrefix("6.1@") }.flatMap { name -> [String] in
      let trees = "\(store)/\(name)/root/usr/src"
      return ((try? FileManager.default.contentsOfDirectory(atPath: trees)) ?? []).map { "\(trees)/\($0)" }
    }
  }()

  /// Macros of `include/linux`, exported symbols, modules that export some.
  static func names() throws -> Set<String> {
    var names: Set<String> = []
    for folder in folders {
      for line in ((try? String(contentsOfFile: "\(folder)/Module.symvers", encoding: .utf8)) ?? "").split(
        separator: "\n")
      {
        let fields = line.split(separator: "\t")
        guard fields.count > 2 else { continue }
        names.insert(String(fields[1]))
        names.insert(String(fields[2].split(separator: "/").last ?? "").replacing("-", with: "_"))
      }
      let headers =
        FileManager.default.enumerator(atPath: "\(folder)/include/linux")?.compactMap { $0 as? String } ?? []
      for header in headers where header.hasSuffix(".h") {
        let bytes = FileManager.default.contents(atPath: "\(folder)/include/linux/\(header)") ?? Data()
        for line in bytes.split(separator: UInt8(ascii: "\n")) where line.first == UInt8(ascii: "#") {
          let words = line.dropFirst().split(maxSplits: 2, omittingEmptySubsequences: true) { $0 == 0x20 || $0 == 0x09 }
          guard words.count > 1, words[0].elementsEqual("define".utf8) else { continue }
          names.insert(String(decoding: words[1].prefix { $0 != UInt8(ascii: "(") }, as: UTF8.self))
        }
      }
    }
    return names
  }
}

/// The string literals of a Swift source, as written but for interpolations, whose own literals follow.
private func stringLiterals(in source: String) -> [String] {
  let text = Array(source.utf8)
  var found: [String] = []
  var index = 0
  func starts(_ words: String, at index: Int) -> Bool { text[index...].starts(with: words.utf8) }

  /// Reads code up to the end, or to the bracket that ends an interpolation.
  func code(isInterpolation: Bool) {
    var depth = 0
    while index < text.count {
      if starts("//", at: index) {
        index = text[index...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
        continue
      }
      let hashes = text[index...].prefix { $0 == UInt8(ascii: "#") }.count
      if index + hashes < text.count, text[index + hashes] == UInt8(ascii: "\"") {
        index += hashes
        literal(hashes)
        continue
      }
      if text[index] == UInt8(ascii: "(") { depth += 1 }
      if text[index] == UInt8(ascii: ")") {
        if depth == 0, isInterpolation { return }
        depth -= 1
      }
      index += 1
    }
  }

  func literal(_ hashes: Int) {
    let marks = String(repeating: "#", count: hashes)
    let quote = starts("\"\"\"", at: index) ? "\"\"\"" : "\""
    let place = found.count
    found.append("")
    var bytes: [UInt8] = []
    index += quote.utf8.count
    while index < text.count, !starts(quote + marks, at: index) {
      if starts("\\\(marks)(", at: index) {
        index += marks.utf8.count + 2
        code(isInterpolation: true)
      } else if hashes == 0, text[index] == UInt8(ascii: "\\") {
        bytes += text[index..<min(index + 2, text.count)]
        index += 1
      } else {
        bytes.append(text[index])
      }
      index += 1
    }
    index += quote.utf8.count + marks.utf8.count
    found[place] = String(decoding: bytes, as: UTF8.self)
  }
  code(isInterpolation: false)
  return found
}
