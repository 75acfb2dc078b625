// SPDX-License-Identifier: GPL-2.0-or-later

/// A rule that no longer sets a variable, in SmPL: the variable's uses go with it, up to where it is set anew.
extension SemanticPatch {
  /// Coccinelle leaves alone what uses the variable otherwise.
  func followed(_ lost: Int) -> String {
    let said = rule.followers.filter(\.isSaid)
    let end = rule.span == .statement ? ";" : ""
    var body = ["-\(shown(rule.left))\(end)"]
    if !rule.right.isEmpty { body.append("+\(shown(rule.right))\(end)") }
    let uses = said.map(alternatives)
    if uses.isEmpty {
      body += [" ... when != E\(lost)"]
    } else {
      let all = uses.flatMap { $0 }
      body += ["<... when != E\(lost)", "("] + Array(all.joined(separator: ["|"])) + [")", "...>"]
    }
    var metavariables = ["identifier E\(lost);"] + declarations(except: lost, besides: ["E"])
    if said.contains(where: { $0.use == .condition }) { metavariables.append("statement S1, S2;") }
    return patch(metavariables, body + ["?E\(lost) = E"]) + "\n" + unused(lost)
  }

  /// The declaration of a variable that nothing is left of.
  private func unused(_ lost: Int) -> String {
    let lines = [
      "@depends on \(name)@", "identifier \(name).E\(lost);", "type T;", "@@",
      "-T E\(lost);", "... when != E\(lost)", "    when strict",
    ]
    return lines.map { $0 + "\n" }.joined()
  }

  /// `r || !x` whose `r` became `!x` is `!x`.
  private func alternatives(_ follower: Follower) -> [[String]] {
    let (left, right) = (shown(follower.left), shown(follower.right))
    func condition(_ left: String, _ right: String) -> [String] {
      [" if (", "-\(left)", "+\(right)", "    ) S1 else S2"]
    }
    switch follower.use {
    case .condition:
      return (follower.isVariable ? [condition("\(left) || \(right)", right)] : []) + [condition(left, right)]
    case .returned: return [["-return \(left);", "+return \(right);"]]
    default: return [["-\(left);", "+\(right);"]]
    }
  }
}

extension Follower {
  /// Whether SmPL says it, in `SemanticPatch.followed`: what one file alone shows would only be noise to a reader.
  var isSaid: Bool { support > 1 && [.condition, .returned, .ignored].contains(use) }

  /// The variable alone.
  var isVariable: Bool { left.dropFirst(Pattern.mark.count).allSatisfy(\.isNumber) }
}
