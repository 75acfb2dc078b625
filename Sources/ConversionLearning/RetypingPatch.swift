// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// As much of a retyping as SmPL can say: what becomes of the uses, and then of the type. It knows neither which variables
/// are meant nor of values that a call fetches.
struct RetypingPatch {
  let retyping: Retyping
  let name: String

  init(_ retyping: Retyping, name: String) { (self.retyping, self.name) = (retyping, name) }

  /// A rule for each use, and one for the type, which comes last: the others ask for the old one.
  var text: String {
    // A use that declares the variable is the last rule's matter.
    let said = retyping.uses.filter { !$0.left.hasPrefix(retyping.before + " ") }
    let uses = said.enumerated().map { use($1, "\(name)_\($0 + 1)") }
    return (uses + ["@\(name)@\n@@\n-\(retyping.before)\n+\(retyping.after)\n"]).joined(separator: "\n")
  }

  private func use(_ use: Retyping.Use, _ name: String) -> String {
    var spellings = Spellings()
    let others = (1..<max(1, Pattern(use.left, &spellings).count)).map { "E\($0)" }
    var lines = ["@\(name)@", "\(retyping.before) *E0;"]
    func sides(_ base: String) -> [String] {
      [("-", use.left), ("+", use.right)].map { sign, side in
        sign + side.replacing("\(Pattern.mark)0->", with: base).replacing(Pattern.mark, with: "E")
      }
    }
    // A variable that is no pointer.
    let isDirect = [use.left, use.right].allSatisfy { isOnlyBase($0) }
    if isDirect { lines.append("\(retyping.before) S;") }
    if !others.isEmpty { lines.append("expression \(others.joined(separator: ", "));") }
    lines.append("@@")
    lines += isDirect ? ["("] + sides("E0->") + ["|"] + sides("S.") + [")"] : sides("E0->")
    return lines.map { $0 + "\n" }.joined()
  }

  /// The variable is nothing but what a field is taken from.
  private func isOnlyBase(_ side: String) -> Bool {
    !side.replacing("\(Pattern.mark)0->", with: "").contains("\(Pattern.mark)0")
  }
}
