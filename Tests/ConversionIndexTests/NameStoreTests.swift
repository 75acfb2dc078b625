// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import Foundation
import TestSupport
import Testing

@Suite struct NameStoreTests {
  private func add(_ text: String, as blob: String, path: String = "drivers/a.c", to store: NameStore) async throws {
    try await store.add(blob, nameHashes(Array(text.utf8), path: path))
  }

  @Test func findsWhatHoldsNames() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/names.index"
      do {
        let store = try await NameStore.open(path)
        #expect(try await store.missing(["1", "2"]) == ["1", "2"])
        try await add("int one(struct words *w) { return two(w->three); }", as: "1", to: store)
        try await add("/* one two */ char *s = \"three\"; int four;", as: "2", to: store)
        try await add("#include <linux/words.h>\nint two;", as: "3", to: store)
        try await add("obj-$(CONFIG_WORDS) += two.o", as: "4", path: "drivers/Makefile", to: store)
        try await add("one two three", as: "5", path: "Documentation/words.rst", to: store)
        try await store.finish()
      }
      let store = try await NameStore.open(path)
      #expect(try await store.missing(["1", "5", "6"]) == ["6"])
      let found = try await store.blobs(holding: [
        [["one"]], [["one", "four"]], [["two"], ["three"]], [["linux/words.h"]], [["CONFIG_WORDS"]], [["five"]], [[]],
      ])
      #expect(found == [["1"], ["1", "2"], ["1"], ["3"], ["4"], [], []])
    }
  }

  @Test func aDamagedFileIsBegunAnew() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/names.index"
      try Data("no database".utf8).write(to: URL(fileURLWithPath: path))
      let store = try await NameStore.open(path)
      try await add("int one;", as: "1", to: store)
      try await store.finish()
      #expect(try await store.blobs(holding: [[["one"]]]) == [["1"]])
    }
  }
}
