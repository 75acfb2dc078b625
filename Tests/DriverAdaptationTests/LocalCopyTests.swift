// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import DriverAdaptation
import KernelModel
import Testing

/// An array in a structure that was made const: functions fill an array of their own and hand it over.
@Suite struct LocalCopyTests {
  static let cases: [DriverCase] = [
    DriverCase(
      name: "a loop, and what reads in it",
      driver: """
        #define LENGTH 6
        static int get(struct dev *d)
        {
        	struct own *o = d->own;
        	int i;

        	for (i = 0; i < LENGTH; i++) {
        		d->addr[i] = read(o, i);
        		o->addr[i] = d->addr[i]; /* keep */
        	}
        	copy(o->perm, d->addr);
        	return 0;
        }

        """,
      expected: """
        #define LENGTH 6
        static int get(struct dev *d)
        {
        	struct own *o = d->own;
        	int i;
        	u8 addr[LEN];

        	for (i = 0; i < LENGTH; i++) {
        		addr[i] = read(o, i);
        		o->addr[i] = addr[i]; /* keep */
        	}
        	set_addr(d, addr);
        	copy(o->perm, d->addr);
        	return 0;
        }

        """),
    DriverCase(
      name: "one by one, in a branch, two times",
      driver: """
        static void get(struct own *o, u32 a)
        {
        	if (a) {
        		o->dev->addr[0] = a;
        		o->dev->addr[1] = a >> 8;
        		o->dev->addr[2] = 0;
        		o->dev->addr[3] = 0;
        		o->dev->addr[4] = 0;
        		o->dev->addr[5] = 1;
        	} else {
        		int i;

        		for (i = 0; i < 6; i++)
        			o->dev->addr[i] = i;
        	}
        }

        """,
      expected: """
        static void get(struct own *o, u32 a)
        {
        	if (a) {
        		u8 addr[LEN];

        		addr[0] = a;
        		addr[1] = a >> 8;
        		addr[2] = 0;
        		addr[3] = 0;
        		addr[4] = 0;
        		addr[5] = 1;
        		set_addr(o->dev, addr);
        	} else {
        		int i;
        		u8 addr[LEN];

        		for (i = 0; i < 6; i++)
        			addr[i] = i;
        		set_addr(o->dev, addr);
        	}
        }

        """),
    DriverCase(
      name: "whether it is all does not show, and the object is passed on",
      driver: """
        static void get(struct dev *d, int addr)
        {
        	int i;

        	for (i = 0; i < 6; i += 2) {
        		d->addr[i] = read(d, addr);
        		d->addr[i + 1] = 0;
        	}
        }

        """,
      expected: """
        static void get(struct dev *d, int addr)
        {
        	int i;
        	u8 new_addr[LEN];

        	for (i = 0; i < 6; i += 2) {
        		new_addr[i] = read(d, addr);
        		new_addr[i + 1] = 0;
        	}
        	set_addr(d, new_addr);
        }

        """, flags: [.valueUsed, .valueUsed]),
    DriverCase(
      name: "a part of it", driver: "static void get(struct dev *d)\n{\n\td->addr[0] = 1;\n\td->addr[1] = 0;\n}\n",
      expected: nil),
    DriverCase(
      name: "read before it is set",
      driver:
        "static void get(struct dev *d)\n{\n\tint i;\n\n\tfor (i = 0; i < 6; i++)\n\t\td->addr[i] = d->addr[i] ^ 1;\n}\n",
      expected: nil),
    DriverCase(
      name: "something between",
      driver:
        "static void get(struct dev *d)\n{\n\tint i;\n\n\tfor (i = 0; i < 6; i++)\n\t\td->addr[i] = i;\n\tprogram(d->own);\n"
        + "\tfor (i = 0; i < 6; i++)\n\t\td->addr[i] = 0;\n}\n", expected: nil),
    DriverCase(
      name: "a loop that counts in itself",
      driver: "static void get(struct dev *d, int i)\n{\n\twhile (i < 6) {\n\t\td->addr[i] = 0;\n\t\ti++;\n\t}\n}\n",
      expected: nil),
    DriverCase(
      name: "a file that ends in the middle",
      driver: "void get(struct dev *d)\n{\n\tint i;\n\n\tfor (i = 0; i < 6; i++)\n\t\td->addr[i] = d->addr",
      expected: nil),
    DriverCase(
      name: "several objects",
      driver:
        "static void get(struct dev *d)\n{\n\tint i;\n\n\tfor (i = 0; i < 6; i++) {\n\t\td->addr[i] = 0;\n\t\td = d->next;\n"
        + "\t}\n}\n", expected: nil),
    DriverCase(
      name: "functions that read it",
      driver: """
        static void show(struct own *o, u8 *a);
        static void keep(struct own *o, u8 *a)
        {
        	o->last = a;
        }
        static void clear(u8 *a)
        {
        	a[0] = 0;
        }
        static void get(struct dev *d, struct own *o)
        {
        	int i;

        	for (i = 0; i < LEN; i++)
        		d->addr[i] = i;
        	show(o, d->addr);
        	keep(o, d->addr);
        	clear(d->addr);
        	clear(o->addr);
        }
        static void show(struct own *o, u8 *a)
        {
        	print(a[0] | o->a | a[1]);
        }

        """,
      expected: """
        static void show(struct own *o, const u8 *a);
        static void keep(struct own *o, u8 *a)
        {
        	o->last = a;
        }
        static void clear(u8 *a)
        {
        	a[0] = 0;
        }
        static void get(struct dev *d, struct own *o)
        {
        	int i;
        	u8 addr[LEN];

        	for (i = 0; i < LEN; i++)
        		addr[i] = i;
        	set_addr(d, addr);
        	show(o, d->addr);
        	keep(o, d->addr);
        	clear(d->addr);
        	clear(o->addr);
        }
        static void show(struct own *o, const u8 *a)
        {
        	print(a[0] | o->a | a[1]);
        }

        """),
    DriverCase(
      name: "control leaves half-way",
      driver:
        "static int get(struct dev *d)\n{\n\tint i;\n\n\tfor (i = 0; i < 6; i++) {\n\t\tif (bad(i))\n\t\t\treturn -EIO;\n"
        + "\t\td->addr[i] = 0;\n\t}\n\treturn 0;\n}\n", expected: nil),
    DriverCase(
      name: "the whole is wanted in the loop",
      driver: "static void get(struct dev *d)\n{\n\tint i;\n\n\tfor (i = 0; i < 6; i++) {\n\t\td->addr[i] = 0;\n"
        + "\t\tshow(d->addr);\n\t}\n}\n", expected: nil),
    DriverCase(
      name: "all that a condition commands",
      driver: "static void get(struct dev *d, int n)\n{\n\tif (n)\n\t\td->addr[n] = 0;\n}\n", expected: nil),
  ]

  /// Functions of four in-tree files, one of which another way was found for.
  static let conversions: [Conversion] = (0..<5).map { number in
    let old = "\tfor (i = 0; i < LEN; i++)\n\t\tdev->addr[i] = read(base + \(number) + i);\n"
    let new =
      number == 4
      ? "\tread_all(dev);\n"
      : "\tfor (i = 0; i < LEN; i++)\n\t\taddr[i] = read(base + \(number) + i);\n\tset_addr(dev, addr);\n"
    func text(_ declaration: String, _ body: String) -> String {
      "static int f\(number)(struct dev *dev)\n{\n\tint i;\n\(declaration)\n\tbegin();\n\(body)\tend();\n\treturn 0;\n}\n"
    }
    return Conversion(
      path: "drivers/d\(number).c", oldText: text("", old), newText: text(number == 4 ? "" : "\tu8 addr[LEN];\n", new),
      oldStart: 10, newStart: 10)
  }
  static let symbol = SoughtSymbol(name: "addr", kind: .madeConst, container: "struct dev")

  static var rules: [LearnedRule] {
    Learner.rules(for: symbol, from: conversions).filter { $0.copy != nil }.map { rule in
      var rule = rule
      rule.copy?.count = 6
      return rule
    }
  }

  @Test func learns() throws {
    let rule = try #require(Self.rules.first { $0.copy != nil })
    #expect(rule.rule.summary == "`E0->addr[E1] = E2;` → `addr[E1] = E2;`, then `set_addr(E0, addr);`")
    #expect((rule.rule.support, rule.rule.opportunities, rule.rule.replay.reproduced) == (4, 5, 4))
    let copy = try #require(rule.copy)
    #expect([copy.element, copy.length, copy.name, copy.setter] == ["u8", "LEN", "addr", "set_addr"])
    #expect(Learner.rules(for: Self.symbol, from: Array(Self.conversions.suffix(3))).allSatisfy { $0.copy == nil })
  }

  @Test(arguments: cases, ["\n", "\r\n"])
  func table(_ example: DriverCase, end: String) throws {
    func ended(_ text: String) -> String { text.replacing("\n", with: end) }
    let driver = SourceText(ended(example.driver).utf8)
    let lines = example.driver.split(separator: "\n", omittingEmptySubsequences: false)
    let breaks = lines.indices.filter { index in
      let written = lines[index].prefix { $0 != "=" }
      return written.contains("->addr[") && !written.contains("o->addr") && lines[index].contains("=")
    }.map {
      Break(
        site: Site(file: "a.c", line: $0 + 1), kind: .madeConst, symbol: "addr", container: "struct dev",
        message: "read-only")
    }
    var search = Search(files: ["a.c": driver], breaks: breaks)
    var result: SearchResult?
    while result == nil {
      switch search.next() {
      case .learn(let symbols): search.told(rules: Dictionary(uniqueKeysWithValues: symbols.map { ($0, Self.rules) }))
      case .attempt: search.told(breaks: [])
      case .finished(let finished): result = finished
      }
    }
    let finished = try #require(result)
    let text = String(decoding: try applying(finished.edits, to: driver).get(), as: UTF8.self)
    #expect(text == ended(example.expected ?? example.driver))
    #expect(finished.left.isEmpty == (example.expected != nil))
    #expect(finished.flags.map(\.reason) == example.flags)
  }
}
