// SPDX-License-Identifier: GPL-2.0-or-later

/// How a symbol is to be adapted, learned from the kernel's own conversions.
package struct Rule: Codable, Hashable, Sendable {
  package enum Kind: String, Codable, Sendable {
    case call, rename, member, initialiser, statement, operand, include, declaration
  }
  /// Stable for the same trees and symbol, e.g. `old_call-1`; also the semantic patch's rule name.
  package var id: String
  /// The symbol that the rule removes from the driver.
  package var symbol: String
  package var kind: Kind
  /// The semantic patch (SmPL) that stands on its own; empty for what SmPL can't say.
  package var smpl: String
  /// One line for people: `old_call(E0, E1)` → `new_call(E0)`.
  package var summary: String
  /// In-tree files that were converted this way.
  package var support: Int
  /// Of the in-tree places where the left side matches, the share that was converted this way (0…1).
  package var confidence: Double
  /// In-tree places where the left side matches.
  package var opportunities: Int
  /// A few in-tree places that show it, those nearest to the driver first.
  package var examples: [Example]
  /// Five-fold validation: of the places at which learning from the other files would have chosen the rule, those
  /// where it gives what the developers wrote.
  package var replay: Replay
  /// Names that the new text brings in (functions, macros, fields), which the target kernel must declare.
  package var introduces: [String]
  /// Reasons for a person to look.
  package var flags: [Flag]
  /// For a symbol that lives on: places like these that do without it now. They are no opportunities.
  package var elsewhere: Int
  /// Commits in which developers did what the rule says, in the order of their files; empty where only two trees are
  /// known.
  package var commits: [CommitName]
  /// Near-copies of the driver's own files among the files of `examples`; nil where none is, or where no driver is known.
  package var twins: [Twin]?

  package init(
    id: String, symbol: String, kind: Kind, smpl: String, summary: String, support: Int, confidence: Double,
    opportunities: Int, examples: [Example], replay: Replay, introduces: [String], flags: [Flag],
    elsewhere: Int = 0, commits: [CommitName] = []
  ) {
    self.id = id
    self.symbol = symbol
    self.kind = kind
    self.smpl = smpl
    self.summary = summary
    self.support = support
    self.confidence = confidence
    self.opportunities = opportunities
    self.examples = examples
    self.replay = replay
    self.introduces = introduces
    self.flags = flags
    self.elsewhere = elsewhere
    self.commits = commits
  }

  /// How many examples a rule keeps.
  package static let exampleLimit = 5

  /// Whether nothing shows the rule but near-copies of the driver.
  package var isOfTwinsOnly: Bool {
    let inTree = Set((twins ?? []).map(\.inTree))
    return !inTree.isEmpty && inTree.count >= support
  }

  /// One in-tree conversion: where, and both texts.
  package struct Example: Codable, Hashable, Sendable {
    /// Place in the old tree.
    package var site: Site
    package var before: String
    package var after: String

    package init(site: Site, before: String, after: String) {
      self.site = site
      self.before = before
      self.after = after
    }
  }

  /// "right at 118 of 123 held-out places".
  package struct Replay: Codable, Hashable, Sendable {
    package var reproduced: Int
    package var tried: Int

    package init(reproduced: Int, tried: Int) {
      self.reproduced = reproduced
      self.tried = tried
    }

    package static func += (sum: inout Replay, other: Replay) {
      sum.reproduced += other.reproduced
      sum.tried += other.tried
    }
  }
}

/// A named reason why a person should look before applying: turns `adapted` into `needs-review`.
package struct Flag: Codable, Hashable, Sendable {
  /// Closed list; the words stand in reports and mails.
  package enum Reason: String, Codable, Sendable, CaseIterable {
    case lowConfidence = "low-confidence"
    case fewExamples = "few-examples"
    case coChange = "co-change"
    case deletion
    case valueUsed = "value-used"
    case literal = "literal-from-examples"
    case argumentLost = "argument-lost"
    /// In-tree callers changed arguments as well that the new prototype has nothing to do with.
    case otherArguments = "other-arguments"
    case spatchDiffers = "spatch-differs"
    case newWarning = "new-warning"
    case symbolsDiffer = "symbols-differ"
    case keptKernelMeaning = "kept-kernel-meaning"
    case versionGuess = "version-guess"
    case bootFailed = "boot-failed"
    case gateNotRun = "gate-not-run"
    case checkpatch
    case inactiveCode = "inactive-code"
    /// The driver's own `dkms.conf` keeps it from being built on the kernel.
    case excluded
    /// More than a few words of kernel code go into a driver that is not under the kernel's licence.
    case verbatim = "verbatim-text"
  }
  package var reason: Reason
  /// One sentence that names the thing.
  package var detail: String

  package init(_ reason: Reason, _ detail: String) {
    self.reason = reason
    self.detail = detail
  }
}
