// SPDX-License-Identifier: GPL-2.0-or-later

import CFrontendProtocol
import KernelModel
import TestSupport
import Testing

extension FrontendTests {
  private static let header = """
    #define TWICE(a, b) \\
    	((a) + /* and */ (b))
    #define LIMIT 3
    struct ops;
    struct ops {
    	int (*probe)(struct ops *self,
    		     int id);	/* called once */
    	union {
    		long count;
    	};
    	struct { int x; } inner;
    };
    typedef unsigned long size;
    enum state { OFF, ON = 4, };
    extern int counter;
    size copy(char *to, const char *from,
    	  size n);
    static inline int half(int n)
    {
    	return n / 2;
    }
    struct opaque;
    """
  private static let main = """
    #include "dir.h"
    static int probe(struct ops *self, int id) { return self->count; }
    struct ops table = { .probe = probe };
    #if LIMIT > 3
    int never;
    int ever;
    #else
    int always;
    #endif
    """

  @Test(arguments: [
    (
      "copy",
      "function: size copy(char *to, const char *from, size n) [unsigned long (char *, const char *, unsigned long)]"
    ),
    ("half", "inline-function: static inline int half(int n) [int (int)]"),
    ("TWICE", "macro: #define TWICE(a, b) = ((a) + /* and */ (b))"), ("LIMIT", "macro: #define LIMIT = 3"),
    ("struct ops.probe", "field: int (*probe)(struct ops *self, int id) [int (*)(struct ops *, int)] in struct ops"),
    ("struct ops.count", "field: long count [long] in struct ops"),
    ("struct ops.x", "field: int x [int] in struct ops"),
    ("ops", "type: struct ops"), ("opaque", "type: struct opaque;"), ("size", "type: typedef unsigned long size"),
    ("ON", "enumerator: ON = 4 [int] in enum state"), ("state", "type: enum state"),
    ("counter", "variable: extern int counter [int]"), ("dir.h", "header: #include <dir.h>"), ("never", ""),
  ])
  func aNameIsFound(_ name: String, _ expected: String) async throws {
    let found = try await withFiles(["a.c": Self.main, "dir.h": Self.header]) { frontend, _ in
      _ = try await frontend.open("a.c")
      return try await frontend.lookup(unit: "a.c", names: [name])
    }
    let words = found.filter { name != "probe" || $0.kind == "field" }.map { declaration in
      "\(declaration.kind): \(declaration.text)" + (declaration.body.isEmpty ? "" : " = \(declaration.body)")
        + (declaration.type.isEmpty ? "" : " [\(declaration.type)]") + (declaration.container.map { " in \($0)" } ?? "")
    }
    #expect(words.joined(separator: "; ") == expected)
  }

  @Test func aHeaderTellsWhatItBrings() async throws {
    let files = [
      "a.c": "#include \"one.h\"\n#include \"two.h\"\nint x;\n", "one.h": "#include \"deep.h\"\n",
      "deep.h": "#pragma once\nint deep;\n", "two.h": "#include \"deep.h\"\n#include \"more.h\"\n",
      "more.h": "int more;\n",
    ]
    let found = try await withFiles(files) { frontend, _ in
      _ = try await frontend.open("a.c")
      return try await frontend.lookup(unit: "a.c", names: ["one.h", "two.h"])
    }
    #expect(found.map(\.brings) == [["/driver/deep.h"], ["/driver/more.h"]])
  }

  @Test func aPlaceIsDescribedAndDeadLinesAreTold() async throws {
    let (cursors, lines) = try await withFiles(["a.c": Self.main, "dir.h": Self.header]) { frontend, _ in
      let open = try await frontend.open("a.c")
      #expect(open == [])
      let places = [(2, 59), (3, 23), (3, 31), (9, 1), (400, 1)]
        .map { FrontendPlace(file: "/driver/a.c", line: $0.0, column: $0.1) }
      return (
        try await frontend.describe(unit: "a.c", places: places),
        try await frontend.inactive(unit: "a.c", files: ["/driver/a.c"])
      )
    }
    try #require(cursors.count == 5)
    #expect(cursors[0]?.container == "struct ops")
    #expect(cursors[0]?.spelling == "count")
    #expect(cursors[1]?.container == "struct ops")
    #expect(cursors[1]?.referenced?.text == "int (*probe)(struct ops *self, int id)")
    #expect(cursors[2]?.referenced?.kind == "function")
    #expect(lines == [FrontendLines(file: "/driver/a.c", first: 5, last: 6)])
  }
}
