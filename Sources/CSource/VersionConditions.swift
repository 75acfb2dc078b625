// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Which lines of a driver a kernel of a given release does not compile, as far as its conditions ask for the release
/// alone: what a condition asks besides is not known, and excludes nothing.
package struct VersionConditions {
  private let code: Code
  /// As `LINUX_VERSION_CODE` has it: 256 * 256 * version + 256 * patch level + sublevel, at most 255.
  private let release: Int

  private init(_ code: Code, _ version: KernelVersion) {
    self.code = code
    release = Self.number(version.numbers)
  }

  /// Lines, from 1, of the alternatives that are left out.
  package static func inactiveLines(of text: SourceText, on version: KernelVersion) -> [ClosedRange<Int>] {
    var spellings = Spellings()
    return VersionConditions(Code(text, &spellings), version).inactive(LineTable(text))
  }

  private func inactive(_ lines: LineTable) -> [ClosedRange<Int>] {
    let branches = Branches(code.source).all
    /// By group: whether one of its earlier alternatives is compiled; nil where that is not known.
    var isTaken: [Int: Bool?] = [:]
    var found: [ClosedRange<Int>] = []
    for branch in branches {
      let earlier = branch.alternative == 0 ? false : isTaken[branch.group] ?? nil
      let holds = condition(branch)
      if earlier == true || holds == false {
        let (first, last) = (lines.line(of: branch.body.lowerBound) + 1, lines.line(of: branch.body.upperBound) - 1)
        if first <= last { found.append(first...last) }
      }
      isTaken[branch.group] = .some(or(earlier, earlier == true ? true : holds))
    }
    return found
  }

  // MARK: Conditions

  /// Nil where the release alone does not tell.
  private func condition(_ branch: Branches.Branch) -> Bool? {
    let tokens = code.tokens.indices.filter { branch.directive.contains(Int(code.tokens[$0].start)) }
    guard let hash = tokens.first, tokens.count > 1 else { return nil }
    if code.spells(hash + 1, "else") { return true }
    guard code.spells(hash + 1, "if") || code.spells(hash + 1, "elif"), tokens.count > 2 else { return nil }
    let tree = ExpressionTree(code, hash + 2..<tokens[tokens.count - 1] + 1)
    return value(tree.root, tree).map { $0 != 0 }
  }

  private func value(_ node: Int, _ tree: ExpressionTree, _ depth: Int = 0) -> Int? {
    // Deeper than anybody writes.
    guard depth < 200 else { return nil }
    let (found, children) = (tree.nodes[node], tree.children(node).map(Int.init))
    switch found.kind {
    case .atom: return atom(found.tokens)
    case .paren, .sequence: return children.count == 1 ? value(children[0], tree, depth + 1) : nil
    case .prefix where found.operation == 0x21:
      return children.first.flatMap { value($0, tree, depth + 1) }.map { $0 == 0 ? 1 : 0 }
    case .call: return call(children, tree, depth + 1)
    case .binary: return binary(found.operation, children, tree, depth + 1)
    default: return nil
    }
  }

  private func atom(_ tokens: Range<Int>) -> Int? {
    guard tokens.count == 1 else { return nil }
    let word = code.source.spelling(code.tokens[tokens.lowerBound])
    if word == BuildProtocol.versionCode { return release }
    let digits = word.prefix { $0.isHexDigit || $0 == "x" || $0 == "X" }
    return digits.lowercased().hasPrefix("0x") ? Int(digits.dropFirst(2), radix: 16) : Int(digits)
  }

  /// `KERNEL_VERSION(a, b, c)`.
  private func call(_ children: [Int], _ tree: ExpressionTree, _ depth: Int) -> Int? {
    guard let callee = children.first, code.spelled(tree.nodes[callee].tokens) == BuildProtocol.versionMacro else {
      return nil
    }
    let numbers = children.dropFirst().map { value($0, tree, depth) }
    guard numbers.count == 3, numbers.allSatisfy({ $0 != nil }) else { return nil }
    return Self.number(numbers.compactMap { $0 })
  }

  private func binary(_ operation: UInt32, _ children: [Int], _ tree: ExpressionTree, _ depth: Int) -> Int? {
    let values = children.map { value($0, tree, depth) }
    func truth(_ value: Int?) -> Bool? { value.map { $0 != 0 } }
    switch operation {
    case punctuation("||"): return values.map(truth).reduce(false, or).map { $0 ? 1 : 0 }
    case punctuation("&&"): return values.map(truth).reduce(true, and).map { $0 ? 1 : 0 }
    default: break
    }
    guard values.count == 2, let left = values[0], let right = values[1] else { return nil }
    let holds: Bool
    switch operation {
    case punctuation("=="): holds = left == right
    case punctuation("!="): holds = left != right
    case punctuation("<="): holds = left <= right
    case punctuation(">="): holds = left >= right
    case 0x3C: holds = left < right
    case 0x3E: holds = left > right
    default: return nil
    }
    return holds ? 1 : 0
  }

  private func or(_ left: Bool?, _ right: Bool?) -> Bool? {
    if left == true || right == true { return true }
    return left == nil || right == nil ? nil : false
  }

  private func and(_ left: Bool?, _ right: Bool?) -> Bool? {
    if left == false || right == false { return false }
    return left == nil || right == nil ? nil : true
  }

  private static func number(_ numbers: [Int]) -> Int {
    let parts = numbers.prefix(3).map { max(0, min($0, 0xFFFF)) } + [0, 0, 0]
    return parts[0] << 16 + parts[1] << 8 + min(parts[2], 255)
  }
}
