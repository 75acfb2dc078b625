// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel
import TestSupport
import Testing

private func joined(_ code: Code, _ range: Range<Int>) -> String {
  range.map { code.source.spelling(code.tokens[$0]) }.joined(separator: " ")
}

/// The units of a text, one per line.
private func units(_ text: String) -> [String] {
  var spellings = Spellings()
  let code = Code(text, &spellings)
  return code.units.map { "\($0.kind) \(joined(code, $0.tokens))" }
}

/// The tree of an expression, with each compound node in brackets.
private func tree(_ text: String) -> String {
  var spellings = Spellings()
  let code = Code(text, &spellings)
  let tree = ExpressionTree(code, 0..<code.tokens.count)
  func shown(_ node: Int) -> String {
    let children = tree.children(node).map { shown(Int($0)) }
    let kind = tree.nodes[node].kind
    if kind == .atom { return joined(code, tree.nodes[node].tokens) }
    return "\(kind)[\(children.isEmpty ? joined(code, tree.nodes[node].tokens) : children.joined(separator: " "))]"
  }
  return shown(tree.root)
}

@Suite struct StructureTests {
  @Test(arguments: [
    (
      "static int f(int a)\n{\n\tif (a)\n\t\treturn g(a);\n\telse\n\t\tx = y;\n}\n",
      [
        "head static int f ( int a )", "open {", "control if ( a )", "statement return g ( a )", "control else",
        "statement x = y", "close }",
      ]
    ),
    (
      "static const struct fops o = {\n\t.open = my_open,\n\t.llseek = no_llseek\n};\n",
      [
        "head static const struct fops o =", "open {", "element . open = my_open", "element . llseek = no_llseek",
        "close }",
      ]
    ),
    (
      "\t.a = { 1, 2 },\n\t.b = c,\n}",
      ["head . a =", "open {", "element 1", "element 2", "close }", "element . b = c", "close }"]
    ),
    (
      "switch (x) { case A ... B: f(); break; default: out: return; }",
      [
        "control switch ( x )", "open {", "label case A ... B", "statement f ( )", "statement break", "label default",
        "label out", "statement return", "close }",
      ]
    ),
    ("enum e { A, B = 2, };", ["head enum e", "open {", "element A", "element B = 2", "close }"]),
    ("struct s { int a; };", ["head struct s", "open {", "statement int a", "close }"]),
    (
      "EXPORT(a)\nint b;\n#include <x.h>\n", ["statement EXPORT ( a )", "statement int b", "directive # include <x.h>"]
    ),
    ("each(a, b) { f(); }", ["head each ( a , b )", "open {", "statement f ( )", "close }"]),
    ("} ) ; x", ["close }", "statement )", "statement x"]),
  ])
  func units(_ text: String, _ expected: [String]) {
    #expect(CSourceTests.units(text) == expected)
    #expect(CSourceTests.units(text.replacing("\n", with: "\r\n")) == expected)
  }

  @Test(arguments: [
    "int f(struct a *a, enum e e) {}", "enum e f(void) {}", "static enum e f(enum e e, int g) {}",
  ])
  func enumerationsOfFunctions(_ text: String) throws {
    var spellings = Spellings()
    let code = Code(text, &spellings)
    let function = try #require(code.functions.first)
    #expect(code.spells(function.name, "f"))
  }

  @Test(arguments: [
    ("a->b.c(d, e[1])", "call[member[member[a]] d index[e 1]]"),
    ("a | B | c & d", "binary[a B binary[c d]]"),
    ("x = y = f(z) ? 1 : -2", "assignment[x assignment[y conditional[call[f z] 1 prefix[2]]]]"),
    (
      "(struct s *)p + (u32)q - (r) * 2",
      "binary[binary[cast[sequence[struct s *] p] cast[u32 q]] binary[paren[r] 2]]"
    ),
    ("return -f(x)", "sequence[return prefix[call[f x]]]"),
    ("sizeof(struct s)", "call[sizeof sequence[struct s]]"),
    (".a = { 1, 2 }", "assignment[member[. a] list[1 2]]"),
    ("f(a, b", "sequence[f ( a , b]"),
    ("!a && *b++ >= &c", "binary[prefix[a] binary[prefix[postfix[b]] prefix[c]]]"),
  ])
  func trees(_ text: String, _ expected: String) {
    #expect(tree(text) == expected)
  }

  @Test func everyTokenHasOnePathInTheTree() {
    for text in ["a = (b) ? c(d)(e) : [f] ({ g; })", "((((", "a b c , ; :", "x ? : y", "= = ="] {
      var spellings = Spellings()
      let code = Code(text, &spellings)
      let tree = ExpressionTree(code, 0..<code.tokens.count)
      for token in code.tokens.indices {
        let path = tree.path(to: token)
        #expect(!path.isEmpty, "\(text)")
        for (outer, inner) in zip(path, path.dropFirst()) {
          #expect(tree.nodes[outer].tokens.clamped(to: tree.nodes[inner].tokens) == tree.nodes[inner].tokens)
        }
      }
    }
  }

  @Test func deepNestingEnds() {
    let text = String(repeating: "(", count: 100_000) + "x" + String(repeating: ")", count: 100_000)
    var spellings = Spellings()
    let code = Code(text, &spellings)
    #expect(ExpressionTree(code, 0..<code.tokens.count).nodes[0].tokens.count > 0)
    let stars = Code(String(repeating: "- ", count: 100_000), &spellings)
    #expect(!ExpressionTree(stars, 0..<stars.tokens.count).nodes.isEmpty)
  }

  /// Text that no compiler would take costs no more than other text of its size.
  @Test(arguments: [("[", ")"), ("(", ""), ("\n#if 0\n(", "\n#else\n#endif")])
  func unclosedBracketsEnd(_ opening: String, _ closing: String) {
    let text = "f(a) " + [opening, "x", closing].map { String(repeating: $0, count: 100_000) }.joined(separator: " ")
    let partner = Brackets(LexedSource(text)).partner
    #expect(partner[1] == 3 && partner[3] == 1)
    #expect(partner.dropFirst(4).allSatisfy { $0 == -1 })
  }

  @Test func bracketsPairAsDeepAsCompilersGo() {
    let text = String(repeating: "(", count: 200) + "x" + String(repeating: ")", count: 200)
    #expect(Brackets(LexedSource(text)).partner.filter { $0 == -1 } == [-1])
    let nested = String(repeating: "#if A\n", count: 300) + "(\n" + String(repeating: "#endif\n", count: 300) + ")\n"
    let source = LexedSource(nested)
    let partner = Brackets(source).partner
    #expect(partner.last == source.tokens.firstIndex { $0.punctuation == 0x28 }.map(Int32.init))
  }

  @Test func functionsAndAlternativeHeads() {
    var spellings = Spellings()
    let text = """
      #if A
      static int f(int a) {
      #else
      static int f(void) {
      #endif
      	return 0;
      }
      int g(void) { return 1; }

      """
    let code = Code(text, &spellings)
    #expect(code.functions.map { code.source.spelling(code.tokens[$0.name]) }.suffix(1) == ["g"])
    let last = code.tokens.count - 1
    #expect(code.function(holding: last) == code.functions.last)
    #expect(code.brackets.partner[last] == Int32(code.functions.last?.body.lowerBound ?? -9))
  }

  @Test func branches() {
    let text = "#if A\na\n#elif B\nb\n# if C\nc\n# endif\n#else\nd\n#endif\ne\n"
    let branches = Branches(LexedSource(text))
    let bytes = Array(text.utf8)
    #expect(
      branches.all.map { String(decoding: bytes[$0.directive], as: UTF8.self) } == [
        "#if A", "#elif B", "# if C", "#else",
      ])
    #expect(branches.all.map(\.group) == [0, 0, 1, 0])
    #expect(branches.all.map(\.alternative) == [0, 1, 0, 2])
    #expect(branches.all[2].parent == 1)
    #expect(branches.branch(at: text.utf8.count - 2) == nil)
    #expect(String(decoding: bytes[branches.all[3].body], as: UTF8.self) == "\nd\n")
  }

  @Test func edits() throws {
    let text = SourceText("one two\r\nthree \u{e9}".unicodeScalars.map { UInt8($0.value) })
    let first = Edit(file: "f", range: 4..<7, replacement: "2")
    let insertion = Edit(file: "f", range: 0..<0, replacement: "zero ")
    #expect(try applying([first, insertion], to: text).get() == SourceText("zero one 2\r\nthree ".utf8) + [0xE9])
    let other = Edit(file: "f", range: 6..<8, replacement: "")
    #expect(applying([first, other], to: text) == .failure(.overlap(first, other)))
    let second = Edit(file: "f", range: 0..<0, replacement: "then ")
    #expect(try applying([insertion, second], to: text).get().starts(with: "zero then one".utf8))
    let outside = Edit(file: "f", range: 3..<99, replacement: "")
    #expect(applying([outside], to: text) == .failure(.outside(outside)))
  }
}
