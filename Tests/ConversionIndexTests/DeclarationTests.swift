// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import KernelModel
import TestSupport
import Testing

@Suite struct DeclarationTests {
  /// Every name of the golden header, the exports, and names that must not be found.
  @Test(arguments: [("old", Side.old), ("new", Side.new)])
  func declarations(name: String, side: Side) async throws {
    let names = [
      "WORDS_MAX", "words_each", "words_cb_t", "words_t", "words_state", "WORDS_EMPTY", "WORDS_FULL", "words", "first",
      "last", "count", "rest", "compare", "key", "low", "high", "parts", "name", "list", "words_copy", "words_scopy",
      "words_print", "words_default", "words_current", "words_register", "words_check", "words_full", "words_key",
      "get_spread", "cpu_words", "u32", "crypt_state", "asm/spread.h", "linux/spread.h", "linux/words.h", "asm/cpu.h",
      "linux/../linux/words.h", "file", "cpuinfo", "no", "deep", "return", "ws", "nobody", "",
    ]
    let text = try await withGoldenStore { store in
      var text = ""
      for name in names {
        text += "\(name):\n"
        for item in try await store.declarations(of: name, in: side) {
          let container = item.container.map { " in \($0)" } ?? ""
          let body = item.body.isEmpty ? "" : " = \(item.body)"
          text += "  \(item.kind.rawValue)\(container) \(item.site): \(item.text)\(body)\n"
        }
      }
      return text
    }
    try expectGolden(text, "ConversionIndex/expected/declarations-\(name).txt")
  }

  @Test(arguments: [
    ("low", Side.old, "struct words", 1), ("low", .old, "struct word", 0), ("high", .new, "struct words", 0),
  ])
  func fieldsOfOneStructure(name: String, side: Side, container: String, count: Int) async throws {
    let found = try await withGoldenStore { try await $0.declarations(of: name, in: side, container: container) }
    #expect(found.count == count)
  }

  @Test(arguments: [
    ("words_copy", Side.old, true), ("words_copy", .new, false), ("words_scopy", .new, true),
    ("asm/spread.h", .old, true), ("asm/spread.h", .new, false), ("high", .old, true), ("high", .new, false),
  ])
  func declares(name: String, side: Side, expected: Bool) async throws {
    #expect(try await withGoldenStore { try await $0.declares(name, in: side) } == expected)
  }

  @Test(arguments: [
    ("words_copy", ["linux/words.h"]), ("u32", ["linux/types.h"]), ("cpu_words", ["asm/cpu.h"]),
    ("get_spread", ["asm-generic/spread.h"]), ("key", []), ("crypt_state", []),
  ])
  func headers(name: String, expected: [String]) async throws {
    #expect(try await withGoldenStore { try await $0.headers(declaring: name, in: .old) } == expected)
  }

  @Test func treeAlone() async throws {
    let found = try await goldenOld.declarations(of: ["words_copy", "low", "asm/spread.h", "nobody", "WORDS_MAX"])
    #expect(found["words_copy"]?.map(\.kind) == [.function])
    #expect(found["low"]?.map(\.container) == ["struct words"])
    #expect(found["asm/spread.h"]?.map(\.kind) == [.header])
    #expect(found["WORDS_MAX"]?.map(\.body) == ["16"])
    #expect(found["nobody"] == nil)
  }
}
