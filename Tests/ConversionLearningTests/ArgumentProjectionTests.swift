// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import KernelModel
import Testing

/// Callers whose own structures changed with a function still show what its new parameter takes.
@Suite struct ArgumentProjectionTests {
  private static let before = "void send(struct sock *sk, struct buf *buf, int ttl)"
  private static let after = "void send(struct sock *sk, struct buf *buf, int ttl, u16 flags)"

  private func rules(_ calls: [(old: String, new: String)], after: String = Self.after) -> [LearnedRule] {
    let conversions = calls.enumerated().map { number, call in
      Conversion(
        path: "net/a\(number).c", oldText: "void a\(number)(void)\n{\n\tb();\n\t\(call.old);\n\tc();\n}\n",
        newText: "void a\(number)(void)\n{\n\tb();\n\t\(call.new);\n\tc();\n}\n", oldStart: 1, newStart: 1)
    }
    var knowledge = TreeKnowledge()
    knowledge.projection = ArgumentProjection(name: "send", before: Self.before, after: after)
    return Learner.rules(for: SoughtSymbol(name: "send", kind: .arguments), from: conversions, knowing: knowledge)
  }

  @Test func whatOnlyTheCallersChangedIsLeftOut() throws {
    let found = rules([
      ("send(u->sock->sk, buf, u->ttl)", "send(u->sk, buf, u->ttl, 0)"),
      ("send(t->inner->sk, b, 255)", "send(t->sk, b, 255, 0)"),
    ])
    let rule = try #require(found.first { $0.left == "send(¤0, ¤1, ¤2)" })
    #expect(rule.right == "send(¤0, ¤1, ¤2, 0)")
    #expect(rule.rule.support == 2)
    #expect(rule.rule.flags.contains { $0.reason == .otherArguments })
    // The example is what the tree has.
    #expect(rule.rule.examples.first?.after == "send(u->sk, buf, u->ttl, 0)")
  }

  /// An argument of a parameter that changed belongs to the conversion.
  @Test func aRetypedParameterIsNoneOfThem() {
    let found = rules(
      [("send(u->sock->sk, b, 1)", "send(u->sock, b, 1, 0)"), ("send(t->sock->sk, d, 2)", "send(t->sock, d, 2, 0)")],
      after: Self.after.replacing("struct sock *sk", with: "struct socket *sk"))
    #expect(!found.contains { $0.left == "send(¤0, ¤1, ¤2)" })
    #expect(found.contains { $0.left == "send(¤0->sk, ¤1, ¤2)" })
  }

  /// Of parameters without a name nobody can tell which one came.
  @Test func whatIsSpelledTwiceIsNotKept() {
    #expect(ArgumentProjection(name: "send", before: "int send(int, int)", after: "int send(int, int, int)") == nil)
    let named = ArgumentProjection(name: "send", before: "int send(int a, int)", after: "int send(int, int a, int)")
    #expect(named != nil)
  }

  /// A call in an argument, an argument that is missing: nothing that stops.
  @Test(arguments: [
    ("send(send(u->sock->sk, b, 1), c, 2)", "send(send(u->sk, b, 1, 0), c, 2, 0)"),
    ("send(a, b, 1)", "send(a, , 1, 0)"), ("send(a, , 1)", "send(c, b, 1, 0)"), ("send(", "send(,,,"),
    ("send(send(u->sock->sk_long_name, b, 1), c, 2)", "send(x, c, 2, 0)"),
  ])
  func oddCallsDoNoHarm(old: String, new: String) {
    for rule in rules([(old, new), (old, new), (old, new)]) { #expect(!rule.right.contains("))")) }
  }

  @Test(arguments: [before, "#define send(a)", "void other(int a)", "void send"])
  func whatIsNoOtherPrototypeSaysNothing(_ after: String) {
    #expect(ArgumentProjection(name: "send", before: Self.before, after: after) == nil)
  }
}
