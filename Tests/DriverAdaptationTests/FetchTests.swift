// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import DriverAdaptation
import KernelModel
import Testing

/// Values that were read through a variable which was then moved on, and that a call fetches now.
@Suite struct FetchTests {
  /// As the tree wrote it before and writes it now: by number in a loop, or after a check; the owner a pointer or a field.
  static func conversion(_ number: Int) -> Conversion {
    let (owner, pointer) = number == 0 ? ("p->port.", "&p->port") : ("p->", "p")
    let advance = "\t\tr->tail = (r->tail + 1) & (MASK - 1);\n\t\t\(owner)count.tx++;\n"
    let old =
      number < 3
      ? "\twhile (!ring_empty(r)) {\n\t\tput\(number)(p, r->buf[r->tail]);\n\(advance)\t}\n"
      : "\tdo {\n\t\tif (ring_empty(r))\n\t\t\tbreak;\n\t\tput(p, r->buf[r->tail]);\n\(advance)\t} while (more(p));\n"
    let new =
      number < 3
      ? "\twhile (k_get(\(pointer), &c))\n\t\tput\(number)(p, c);\n"
      : "\tdo {\n\t\tif (!k_get(\(pointer), &c))\n\t\t\tbreak;\n\t\tput(p, c);\n\t} while (more(p));\n"
    let wake = "\tif (ring_pending(r) < 8)\n\t\twake\(number)(p);\n}\n"
    return Conversion(
      path: "drivers/a\(number).c",
      oldText: "static void tx\(number)(struct p *p)\n{\n\tstruct ring *r = &\(owner)state->ring;\n\n\(old)\(wake)",
      newText: "static void tx\(number)(struct p *p)\n{\n\tstruct box *b = &\(owner)state->box;\n"
        + "\tunsigned char c;\n\n\(new)"
        + wake.replacing("ring_pending(r)", with: "k_len(&b->fifo)"), oldStart: 1, newStart: 1)
  }

  static func rule(_ conversions: [Conversion]) -> LearnedRule? {
    RetypingLearner("struct ring", "struct box", for: "ring", from: conversions, near: Nearness()) {
      $0.hasPrefix("k_")
    }.rule()
  }
  private static let examples = (0..<5).map(conversion)

  @Test func theTreesFunctionsTellTheCall() throws {
    #expect(
      Retyping.successor(of: "struct ring", beside: "ring", from: Self.examples) == "struct box")
    let retyping = try #require(Self.rule(Self.examples)?.retyping)
    let fetch = try #require(retyping.fetch)
    #expect(fetch.value == "¤0->buf[¤0->tail]")
    #expect(fetch.advances == ["¤0->tail = (¤0->tail + 1) & (MASK - 1)"])
    #expect(fetch.dropped == ["¤1->count.tx++"])
    #expect(fetch.empty == ["ring_empty(¤0)"])
    #expect((fetch.function, fetch.isOwnerFirst, fetch.type, fetch.names) == ("k_get", true, "unsigned char", ["c"]))
    #expect((fetch.support, fetch.opportunities) == (5, 5))
    #expect(fetch.examples.first?.before == "put0(p, r->buf[r->tail])")
    #expect(fetch.examples.first?.after == "put0(p, c)")
    #expect(retyping.origin?.before == ["state", "*", "ring"])
    #expect(retyping.origin?.after == ["state", "*", "box"])
    #expect(retyping.uses.map(\.left) == ["ring_pending(¤0)", "¤0 = &¤1->ring"])
  }

  /// Who says the contrary, or too few: nothing is told of a call, the types are.
  @Test func whatIsNotSureIsNotTold() throws {
    #expect(try #require(Self.rule(Array(Self.examples[..<2]))).retyping?.fetch == nil)
    let contrary = Self.examples.map { example in
      var example = example
      example.newText = example.newText.replacing("!k_get", with: "k_get")
      return example
    }
    #expect(try #require(Self.rule(contrary)).retyping?.fetch == nil)
  }

  /// The driver's function around what each case says.
  private static func driver(
    _ body: String, _ origin: String = "x = &d->port.state->ring;\n", declaring type: String = "struct ring *x;\n"
  ) -> String {
    "static int own(struct own *d, int n)\n{\n\t\(type)\n\t\(origin)\(body)\treturn n;\n}\n"
  }
  private static func becomes(_ body: String, fetching: Bool = true, name: String = "c") -> String {
    driver(
      body, "x = &d->port.state->box;\n",
      declaring: "struct box *x;\n" + (fetching ? "\tunsigned char \(name);\n" : ""))
  }
  private static let step = "\t\tx->tail = (x->tail + 1) & (MASK - 1);\n"
  private static let count = "\t\td->port.count.tx++;\n"

  static let cases: [DriverCase] = [
    DriverCase(
      name: "a loop of the driver's own",
      driver: driver("\twhile (n--) {\n\t\tset(x->buf[x->tail] & 0xff);\n\(step)\(count)\t}\n"),
      expected: becomes("\twhile (n--) {\n\t\tif (!k_get(&d->port, &c))\n\t\t\tbreak;\n\t\tset(c & 0xff);\n\t}\n")),
    DriverCase(
      name: "as long as there are any",
      driver: driver("\twhile (!ring_empty(x)) {\n\t\tset(x->buf[x->tail]);\n\t\tother(d);\n\(step)\(count)\t}\n"),
      expected: becomes("\twhile (k_get(&d->port, &c)) {\n\t\tset(c);\n\t\tother(d);\n\t}\n")),
    DriverCase(
      name: "as long as there are any, but not first",
      driver: driver("\twhile (!ring_empty(x)) {\n\t\tother(d);\n\t\tset(x->buf[x->tail]);\n\(step)\(count)\t}\n"),
      expected: becomes(
        "\twhile (!ring_empty(x)) {\n\t\tother(d);\n\t\tif (!k_get(&d->port, &c))\n\t\t\tbreak;\n\t\tset(c);\n\t}\n"),
      flags: [.valueUsed]),
    DriverCase(
      name: "after a check",
      driver: driver("\tif (ring_empty(x))\n\t\treturn 1;\n\tset(x->buf[x->tail]);\n\(step)\(count)"),
      expected: becomes("\tif (!k_get(&d->port, &c))\n\t\treturn 1;\n\tset(c);\n")),
    DriverCase(
      name: "into a variable where it is declared",
      driver: driver("\twhile (n) {\n\t\tint v = x->buf[x->tail];\n\n\t\tset(v);\n\(step)\(count)\t\tn--;\n\t}\n"),
      expected: becomes(
        "\twhile (n) {\n\t\tint v;\n\n\t\tif (!k_get(&d->port, &c))\n\t\t\tbreak;\n\t\tv = c;\n\t\tset(v);\n\t\tn--;\n\t}\n"
      )),
    DriverCase(
      name: "nothing is counted",
      driver: driver("\twhile (n--) {\n\t\tset(x->buf[x->tail]);\n\(step)\t}\n"),
      expected: becomes("\twhile (n--) {\n\t\tif (!k_get(&d->port, &c))\n\t\t\tbreak;\n\t\tset(c);\n\t}\n"),
      flags: [.lowConfidence]),
    DriverCase(
      name: "only uses that the tree shows",
      driver: driver("\tn = ring_pending(x);\n"), expected: becomes("\tn = k_len(&x->fifo);\n", fetching: false)),
    DriverCase(
      name: "whoever leaves in between did not take it",
      driver: driver("\twhile (n--) {\n\t\tset(x->buf[x->tail]);\n\t\tif (full(d))\n\t\t\tbreak;\n\(step)\(count)\t}\n")
    ),
    DriverCase(
      name: "a value that is looked at", driver: driver("\twhile (n--) {\n\t\tset(x->buf[x->tail]);\n\t}\n")),
    DriverCase(
      name: "a break would leave the switch",
      driver: driver(
        "\twhile (n--)\n\t\tswitch (n) {\n\t\tcase 1:\n\t\tset(x->buf[x->tail]);\n\(step)\(count)\t\t\tbreak;\n\t\t}\n")
    ),
    DriverCase(
      name: "nowhere to leave to", driver: driver("\tset(x->buf[x->tail]);\n\(step)\(count)")),
    DriverCase(
      name: "the name is taken",
      driver: driver("\twhile (n--) {\n\t\tint c = 1;\n\t\tset(x->buf[x->tail], c);\n\(step)\(count)\t}\n")),
    DriverCase(
      name: "a check that something else commands",
      driver: driver(
        "\tif (n)\n\t\tother(d);\n\telse if (ring_empty(x))\n\t\treturn 1;\n\tset(x->buf[x->tail]);\n\(step)\(count)")),
    DriverCase(
      name: "what else looks at it in the same statement",
      driver: driver("\twhile (n--) {\n\t\tset(x->buf[x->tail], ring_pending(x) == 1);\n\(step)\(count)\t}\n")),
    DriverCase(
      name: "its address",
      driver: driver("\twhile (n--) {\n\t\tset(&x->buf[x->tail]);\n\(step)\(count)\t}\n")),
    DriverCase(
      name: "somebody comes in between",
      driver: driver(
        "\twhile (n--) {\n\t\tif (d->skip)\n\t\t\tgoto skip;\n\t\tset(x->buf[x->tail]);\nskip:\n\t\tn++;\n\(step)\(count)\t}\n"
      )),
    DriverCase(
      name: "another place of an array each time",
      driver: driver(
        "\tfor (n = 0; n < 4; n++) {\n\t\tset(x->buf[x->tail]);\n\(step)\t}\n", "x = &d[n].port.state->ring;\n")),
    DriverCase(
      name: "a field on the way is set",
      driver: driver(
        "\twhile (n--) {\n\t\tset(x->buf[x->tail]);\n\(step)\t\td->cur = next(d);\n\t}\n",
        "x = &d->cur->port.state->ring;\n")),
    DriverCase(
      name: "somebody else may set the variable",
      driver: driver("\tpick(d, &x);\n\twhile (n--) {\n\t\tset(x->buf[x->tail]);\n\(step)\(count)\t}\n")),
    DriverCase(
      name: "the driver has a function of the name that the tree's had",
      driver: "static int ring_pending(struct ring *y)\n{\n\treturn y->head;\n}\n" + driver("\tn = ring_pending(x);\n"),
      expected: ("static int ring_pending(struct ring *y)\n{\n\treturn y->head;\n}\n"
        + becomes("\tn = ring_pending(x);\n", fetching: false)).replacing("struct ring *y", with: "struct box *y")),
    DriverCase(
      name: "another owner meanwhile",
      driver: driver("\td = other(n);\n\twhile (n--) {\n\t\tset(x->buf[x->tail]);\n\(step)\(count)\t}\n")),
  ]

  @Test(arguments: cases) func aCallFetches(_ example: DriverCase) throws {
    let driver = SourceText(example.driver.utf8)
    let lines = example.driver.split(separator: "\n", omittingEmptySubsequences: false)
    let line = try #require(lines.firstIndex { $0.contains("->ring;") }) + 1
    let found = Break(
      site: Site(file: "a.c", line: line), kind: .fieldGone, symbol: "ring", container: "struct state", message: "gone")
    var search = Search(files: ["a.c": driver], breaks: [found])
    var result: SearchResult?
    while result == nil {
      switch search.next() {
      case .learn(let symbols): search.told(rules: [symbols[0]: [try #require(Self.rule(Self.examples))]])
      case .attempt: search.told(breaks: [])
      case .finished(let finished): result = finished
      }
    }
    let finished = try #require(result)
    let text = String(decoding: try applying(finished.edits, to: driver).get(), as: UTF8.self)
    #expect(text == example.expected ?? example.driver)
    #expect(finished.flags.map(\.reason) == example.flags)
  }
}
