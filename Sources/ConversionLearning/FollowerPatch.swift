// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// A rule that no longer sets a variable, in SmPL: the variable's uses go with it, up to where it is set anew.
extension SemanticPatch {
  /// Names that the text gives to metavariables of its own.
  private static let own: Set<String> = ["E", "E_new", "S1", "S2", "T", "f", "n", "p", "q", "u"]

  /// Coccinelle leaves alone what uses the variable otherwise, or gets it from elsewhere as well. Empty for a rule about
  /// the assignment's own value, which SmPL's isomorphisms would turn round, and where names collide.
  func followed(_ lost: Int) -> String {
    let said = rule.followers.filter(\.isSaid)
    guard rule.span == .statement, names(besides: said).isDisjoint(with: Self.own) else { return "" }
    let variable = "E\(lost)"
    let call = shown(rule.left)
    var body = ["-\(call);"] + (rule.right.isEmpty ? [] : ["+\(shown(rule.right));"])
    let taken = metavariables(of: said)
    let strict = taken.map { "     when != E\($0) = E_new" } + ["     when strict"]
    let tests = said.filter { $0.use == .condition && $0.isVariable }
    let returns = said.filter { $0.use == .returned && $0.isVariable }
    let uses =
      tests.flatMap { test in returns.map { returning($0, asked: test, variable) } }
      + said.filter { $0.use != .returned }.flatMap { alternatives($0, variable) }
    if uses.isEmpty {
      body += [" ... when != \(variable)"] + strict
    } else {
      body += ["<... when != \(variable)"] + strict + ["("] + Array(uses.joined(separator: ["|"])) + [")", "...>"]
    }
    let others = declarations(except: lost, but: taken, besides: ["E", "E_new"])
    let identifiers = taken.isEmpty ? [] : ["identifier \(taken.map { "E\($0)" }.joined(separator: ", "));"]
    let positions = ["position u != \(name)_else.q, q != \(name)_self.p;"]
    let statements = said.contains(where: { $0.use == .condition }) ? ["statement S1, S2;"] : []
    let plain = ["identifier \(variable);"] + declarations(except: lost)
    return [
      patch(plain + ["position p;"], [call.replacing(variable + " =", with: "\(variable)@p =")], suffix: "_call"),
      patch(
        ["identifier \(variable);"] + declarations(except: lost, besides: ["E"])
          + ["type T;", "position n != \(name)_call.p, q;"],
        [
          "(", "\(variable)@n = E;", "|", "T \(variable) = E;", ")", "... when != \(call)",
          "    when != \(variable) = E", "\(variable)@q",
        ], suffix: "_else exists"),
      patch(
        ["identifier \(variable);", "position p;"], ["\(variable)@p = <+... \(variable) ...+>"], suffix: "_self"),
      patch(
        ["identifier \(variable);"] + identifiers + others + statements + positions, body + ["?\(variable)@q = E"]),
      unused(variable),
    ].joined(separator: "\n")
  }

  /// The declaration of a variable that nothing is left of.
  private func unused(_ variable: String) -> String {
    let lines = [
      "@depends on \(name)@", "identifier \(name).\(variable), f;", "type T;", "@@", "f(...) {", "... when any",
      "-T \(variable);", "... when != \(variable)", "    when strict", "}",
    ]
    return lines.map { $0 + "\n" }.joined()
  }

  /// `r || !x` whose `r` became `!x` is `!x`; `!r` is `x`.
  private func alternatives(_ follower: Follower, _ variable: String) -> [[String]] {
    let (left, right) = (shown(follower.left), shown(follower.right))
    let marked = left.replacing(variable, with: "\(variable)@u")
    func condition(_ left: String, _ right: String) -> [String] {
      [" if (", "-\(left)", "+\(right)", "    ) S1 else S2"]
    }
    switch follower.use {
    case .condition:
      guard follower.isVariable else { return [condition(marked, right)] }
      let negated = right.hasPrefix("!") ? [condition("!\(marked)", String(right.dropFirst()))] : []
      return [condition("\(marked) || \(right)", right)] + negated + [condition(marked, right)]
    default: return [["-\(marked);", "+\(right);"]]
    }
  }

  /// What is returned is only known where the variable was asked for.
  private func returning(_ follower: Follower, asked: Follower, _ variable: String) -> [String] {
    [
      " if (", "-\(variable)@u", "+\(shown(asked.right))", "    )", "-return \(variable);",
      "+return \(shown(follower.right));",
    ]
  }

  /// Metavariables that uses of the variable come to name: they must say the same there.
  private func metavariables(of followers: [Follower]) -> [Int] {
    var spellings = Spellings()
    let all = followers.flatMap { Pattern($0.right, &spellings).metavariables }.filter { $0 >= 0 }
    return Set(all).sorted()
  }

  private func names(besides followers: [Follower]) -> Set<String> {
    var names: Set<String> = []
    for text in [rule.left, rule.right] + followers.flatMap({ [$0.left, $0.right] }) {
      let source = LexedSource(text)
      names.formUnion(source.tokens.map { source.spelling($0) })
    }
    return names
  }
}

extension Follower {
  /// Whether SmPL says it, in `SemanticPatch.followed`: what one file alone shows would only be noise to a reader, and of
  /// strings beside each other it knows nothing.
  var isSaid: Bool {
    support > 1 && [.condition, .returned, .ignored].contains(use) && !left.contains("\"") && !right.contains("\"")
      && !left.hasPrefix("if")
  }

  /// The variable alone.
  var isVariable: Bool { left.dropFirst(Pattern.mark.count).allSatisfy(\.isNumber) }
}
