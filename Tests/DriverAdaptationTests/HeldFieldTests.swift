// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import DriverAdaptation
import KernelModel
import Testing

/// `struct part *p = o->disk->part;` on a kernel where `struct disk` has no `part` and `stat()` takes the disk.
@Suite struct HeldFieldTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    /// The body of a function of `struct own *o`.
    var body: String
    /// Nil: a person has to do it.
    var expected: String?
    /// Somebody should see whether the field is still the same where it is read.
    var isFlagged = false
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "read at once",
      body: "\tstruct part *p = o->disk->part;\n\tint n = first(p->start);\n",
      expected: "\tint n = first(start_of(o->disk));\n"),
    Case(
      name: "two uses, and calls before them",
      body:
        "\tstruct part *p = o->disk->part;\n\tint n;\n\n\tg(o);\n\tn = p->start;\n\tn += first(p->start);\nout:\n\treturn n;\n",
      expected: "\tint n;\n\n\tg(o);\n\tn = start_of(o->disk);\n\tn += first(start_of(o->disk));\nout:\n\treturn n;\n",
      isFlagged: true),
    Case(
      name: "declared elsewhere",
      body: "\tstruct part *p;\n\tint n;\n\n\tif (o->on) {\n\t\tp = o->disk->part;\n\t\tn = p->start;\n\t}\n",
      expected: "\tint n;\n\n\tif (o->on) {\n\t\tn = start_of(o->disk);\n\t}\n"),
    Case(
      name: "its base is set before, once and for all",
      body: "\tstruct part *p;\n\n\to = next(o);\n\tp = o->disk->part;\n\tn = p->start;\n",
      expected: "\n\to = next(o);\n\tn = start_of(o->disk);\n"),
    Case(
      name: "a lock of the base is no change of it",
      body: "\tstruct part *p = o->disk->part;\n\n\tlock(&o->lock);\n\tn = p->start;\n",
      expected: "\n\tlock(&o->lock);\n\tn = start_of(o->disk);\n", isFlagged: true),
    Case(
      name: "read again and again", body: "\tstruct part *p = o->disk->part;\n\twhile (p->start)\n\t\tn++;\n",
      expected: "\twhile (start_of(o->disk))\n\t\tn++;\n", isFlagged: true),
    Case(
      name: "a call in its statement", body: "\tstruct part *p = o->disk->part;\n\tn = g(o) + p->start;\n",
      expected: "\tn = g(o) + start_of(o->disk);\n", isFlagged: true),
    Case(name: "one use has no rule", body: "\tstruct part *p = o->disk->part;\n\tn = p->start + p->count;\n"),
    Case(name: "another variable beside it", body: "\tstruct part *p = o->disk->part, *q;\n\tn = p->start;\n"),
    Case(name: "set twice", body: "\tstruct part *p = o->disk->part;\n\tn = p->start;\n\tp = NULL;\n"),
    Case(name: "its address is taken", body: "\tstruct part *p = o->disk->part;\n\tg(&p);\n\tn = p->start;\n"),
    Case(name: "counted", body: "\tstruct part *p = o->disk->part;\n\tn = p->start;\n\tp++;\n"),
    Case(name: "its type is wanted", body: "\tstruct part *p = o->disk->part;\n\tn = sizeof(p->start);\n"),
    Case(name: "its base is set", body: "\tstruct part *p = o->disk->part;\n\to = next(o);\n\tn = p->start;\n"),
    Case(name: "its base is pointed to", body: "\tstruct part *p = o->disk->part;\n\tg(&o);\n\tn = p->start;\n"),
    Case(
      name: "a field on the way is set", body: "\tstruct part *p = o->disk->part;\n\to->disk = NULL;\n\tn = p->start;\n"
    ),
    Case(
      name: "a field on the way is pointed to",
      body: "\tstruct part *p = o->disk->part;\n\tg(&o->disk);\n\tn = p->start;\n"),
    Case(
      name: "a loop's macro sets its base",
      body: "\tstruct part *p = o->disk->part;\n\teach(o, list) {\n\t\tn = p->start;\n\t}\n"),
    Case(
      name: "a jump past it",
      body:
        "\tstruct part *p;\nagain:\n\to = next(o);\n\tif (n)\n\t\tgoto in;\n\tp = o->disk->part;\nin:\n\tn = p->start;\n\tgoto again;\n"
    ),
    Case(
      name: "set in one branch only",
      body: "\tstruct part *p;\n\n\tif (n)\n\t\tp = o->disk->part;\n\tn = p->start;\n"),
    Case(
      name: "read outside of its block",
      body: "\tstruct part *p;\n\n\tif (n) {\n\t\tp = o->disk->part;\n\t}\n\tn = p->start;\n"),
    Case(
      name: "read before", body: "\tstruct part *p;\n\n\twhile (n) {\n\t\tn = p->start;\n\t\tp = o->disk->part;\n\t}\n"),
    Case(
      name: "another of its name",
      body: "\tstruct part *p = o->disk->part;\n\n\tif (n) {\n\t\tstruct own *p;\n\t\tn = p->start;\n\t}\n"),
    Case(name: "kept for the next call", body: "\tstatic struct part *p = o->disk->part;\n\tn = p->start;\n"),
    Case(name: "a call on the way", body: "\tstruct part *p = get(o)->part;\n\tn = p->start;\n"),
  ]

  private static let symbol = SoughtSymbol(name: "part", kind: .fieldGone, container: "struct disk")

  private static func rules() -> [LearnedRule] {
    let conversions = (0..<3).map { number in
      func text(_ use: String) -> String {
        "int f(struct disk *d)\n{\n\tint n;\n\n\ta();\n\tn = \(use);\n\tb(\(number));\n\treturn first(\(use));\n}\n"
      }
      return Conversion(
        path: "d\(number).c", oldText: text("d->part->start"), newText: text("start_of(d)"), oldStart: 1, newStart: 1)
    }
    return Learner.rules(for: symbol, from: conversions)
  }

  /// The field, and whatever has or wants the type that is gone with it.
  private static func breaks(_ text: String) -> [Break] {
    text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
      func found(_ kind: Break.Kind, _ symbol: String, _ container: String?) -> Break {
        Break(
          site: Site(file: "a.c", line: index + 1), kind: kind, symbol: symbol, container: container, message: symbol)
      }
      if line.contains("->part") { return found(.fieldGone, "part", "struct disk") }
      return line.contains("p->") ? found(.other, "p", nil) : nil
    }
  }

  @Test(arguments: cases) func heldFieldIsReadWhereItIsUsed(_ tried: Case) throws {
    func whole(_ body: String) -> String { "int f(struct own *o)\n{\n\(body)}\n" }
    let source = SourceText(whole(tried.body).utf8)
    var search = Search(files: ["a.c": source], breaks: Self.breaks(whole(tried.body)))
    func edited(_ edits: [Edit]) throws -> String {
      String(decoding: try applying(edits, to: source).get(), as: UTF8.self)
    }
    let rules = Self.rules()
    var result: SearchResult?
    while result == nil {
      switch search.next() {
      case .learn(let symbols):
        search.told(rules: Dictionary(uniqueKeysWithValues: symbols.map { ($0, $0 == Self.symbol ? rules : []) }))
      case .attempt(let edits): search.told(breaks: Self.breaks(try edited(edits)))
      case .finished(let found): result = found
      }
    }
    let found = try #require(result)
    #expect(try edited(found.edits) == whole(tried.expected ?? tried.body))
    #expect(found.left.isEmpty == (tried.expected != nil))
    #expect(found.flags.contains { $0.reason == .valueUsed && $0.detail.contains("`p` kept") } == tried.isFlagged)
    // All of it is one rule's, so that one condition keeps the old form on an old kernel.
    #expect(Set(found.edits.map(\.rule)).count <= 1)
  }
}
