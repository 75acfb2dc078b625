// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import DriverAdaptation
import KernelModel
import Testing

/// Setters of an object whose values go into a structure that the call which makes the object takes.
@Suite struct GatheringTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var body: String
    /// Nil: a person has to do it.
    var expected: String?
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "two setters and a flag",
      body: """
        	o->q = q = make_queue(NULL, 1);
        	if (!q)
        		return -ENOMEM;
        	set_size(q, SIZE);
        	set_limit(o->q, 8);
        	set_cache(q, true, false);
        	start(q);
        """,
      expected: """
        	struct limits lim = {
        		.size = SIZE,
        		.max = 8,
        		.features = F_CACHE,
        	};
        	o->q = q = make_queue(&lim, 1);
        	if (!q)
        		return -ENOMEM;
        	start(q);
        """),
    Case(
      name: "a variable's value, right before the object is made",
      body: """
        	int size = compute(o);

        	q = make_queue(NULL, 1);
        	set_size(q, size);
        	set_limit(q, o->limit);
        """,
      expected: """
        	struct limits lim = { };
        	int size = compute(o);

        	lim.size = size;
        	lim.max = o->limit;
        	q = make_queue(&lim, 1);
        """),
    Case(
      name: "a variable that was set to the object",
      body: """
        	struct queue *it;

        	o->q = make_queue(NULL, 1);
        	it = o->q;
        	set_size(it, 512);
        """,
      expected: """
        	struct limits lim = {
        		.size = 512,
        	};
        	struct queue *it;

        	o->q = make_queue(&lim, 1);
        	it = o->q;
        """),
    Case(
      name: "the call had one argument less",
      body: "\to->q = q = make_queue(1);\n\tset_size(q, 8);",
      expected: "\tstruct limits lim = {\n\t\t.size = 8,\n\t};\n\to->q = q = make_queue(&lim, 1);"),
    Case(
      name: "the value is known only then", body: "\tq = make_queue(NULL, 1);\n\tn = size_of(q);\n\tset_size(q, n);"),
    Case(name: "the value is called for", body: "\tq = make_queue(NULL, 1);\n\tset_size(q, compute(o));"),
    Case(
      name: "what holds the value is given away",
      body: "\tq = make_queue(NULL, 1);\n\tinit(o);\n\tset_size(q, o->size);"),
    Case(name: "on a condition", body: "\tq = make_queue(NULL, 1);\n\tif (o->big)\n\t\tset_size(q, 8);"),
    Case(name: "set twice", body: "\tq = make_queue(NULL, 1);\n\tset_size(q, 8);\n\tset_size(q, 9);"),
    Case(name: "another object", body: "\tq = make_queue(NULL, 1);\n\tset_size(o->other, 8);"),
    Case(
      name: "two objects are made", body: "\tq = make_queue(NULL, 1);\n\to->q = make_queue(NULL, 2);\n\tset_size(q, 8);"
    ),
    Case(name: "set by hand before", body: "\tq = make_queue(NULL, 1);\n\tq->limits.all = 4;\n\tset_size(q, 8);"),
    Case(name: "a structure is passed already", body: "\tq = make_queue(&mine, 1);\n\tset_size(q, 8);"),
    Case(name: "the name is taken", body: "\tint lim = 0;\n\n\tq = make_queue(NULL, lim);\n\tset_size(q, 8);"),
    Case(
      name: "constants that the tree does not show", body: "\tq = make_queue(NULL, 1);\n\tset_cache(q, false, false);"),
  ]

  private static func function(_ number: Int, _ body: String) -> String {
    "static int f\(number)(struct own *o, struct queue *q)\n{\n\(body)\n\treturn 0;\n}\n"
  }

  /// Four in-tree files that hand over a structure and one that does it in another way.
  static let conversions: [Conversion] = (0..<5).map { number in
    let flags = [", true, false", ", true, true", ", true, false", ", true, true"]
    let features = ["F_CACHE | F_SLOW", "F_CACHE | F_FUA", "F_CACHE", "F_FUA | F_CACHE"]
    let old =
      "\tq = make_queue(1);\n\tset_size(q, \(number)00);\n\tset_limit(q, \(number)7);\n"
      + (number < 4 ? "\tset_cache(q\(flags[number]));\n" : "") + "\tstart(q);"
    let new =
      number < 4
      ? "\tstruct limits lim = {\n\t\t.size = \(number)00,\n\t\t.max = \(number)7,\n\t\t.features = \(features[number]),\n"
        + "\t};\n\tq = make_queue(&lim, 1);\n\tstart(q);"
      : "\tstruct limits lim = { .max = 47 };\n\tq = make_queue(&lim, 1);\n\tset_default_size(q);\n\tstart(q);"
    return Conversion(
      path: "drivers/d\(number).c", oldText: function(number, old), newText: function(number, new), oldStart: 10,
      newStart: 10)
  }

  static func rules(_ name: String) -> [LearnedRule] {
    let kind: Break.Kind = name == "set_cache" ? .arguments : .functionGone
    return Learner.rules(for: SoughtSymbol(name: name, kind: kind), from: conversions).filter { $0.gathering != nil }
  }

  @Test func learns() throws {
    let rule = try #require(Self.rules("set_size").first)
    #expect(rule.rule.summary == "`set_size(E0, E1)` → `.size = E1` in a `struct limits` that is passed on")
    #expect((rule.rule.support, rule.rule.opportunities, rule.rule.replay.reproduced) == (4, 5, 4))
    let gathering = try #require(rule.gathering)
    #expect([gathering.structure, gathering.variable, gathering.field] == ["struct limits", "lim", "size"])
    #expect(gathering.makers == [.init(name: "make_queue", argument: 0, count: 2)])
    let flags = try #require(Self.rules("set_cache").first?.gathering)
    #expect(flags.values == ["true, false": "F_CACHE", "true, true": "F_CACHE | F_FUA"])
    #expect(Self.rules("set_limit").first?.gathering?.field == "max")
    #expect(Self.rules("start").isEmpty)
  }

  @Test(arguments: cases, ["\n", "\r\n"])
  func table(_ example: Case, end: String) throws {
    func source(_ body: String) -> String { Self.function(9, body).replacing("\n", with: end) }
    let driver = SourceText(source(example.body).utf8)
    let lines = Self.function(9, example.body).split(separator: "\n", omittingEmptySubsequences: false)
    let setters = ["set_size", "set_limit", "set_cache"]
    let breaks = lines.indices.compactMap { index in
      setters.first { lines[index].contains("\($0)(") }.map { name in
        Break(
          site: Site(file: "a.c", line: index + 1), kind: name == "set_cache" ? .arguments : .functionGone,
          symbol: name,
          message: "gone")
      }
    }
    var search = Search(files: ["a.c": driver], breaks: breaks)
    var result: SearchResult?
    while result == nil {
      switch search.next() {
      case .learn(let symbols):
        search.told(rules: Dictionary(uniqueKeysWithValues: symbols.map { ($0, Self.rules($0.name)) }))
      case .attempt: search.told(breaks: [])
      case .finished(let finished): result = finished
      }
    }
    let finished = try #require(result)
    let text = String(decoding: try applying(finished.edits, to: driver).get(), as: UTF8.self)
    #expect(text == source(example.expected ?? example.body))
    #expect(finished.left.isEmpty == (example.expected != nil))
    // One conversion is one change.
    #expect(finished.changes.count == (example.expected == nil ? 0 : 1))
  }
}
