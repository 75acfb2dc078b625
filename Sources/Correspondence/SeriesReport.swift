// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import MailFormat
import PatchFormat

/// All that a series tells its reader about an adaptation.
package struct SeriesReport: Sendable {
  package var driver: Driver
  /// The kernel that the driver was made for.
  package var from: KernelIdentity
  /// The kernel that breaks it.
  package var to: KernelIdentity
  package var outcome: Outcome
  /// In the order in which they apply; at least one.
  package var patches: [PatchReport]
  /// All patches as one diff, for the cover letter's diffstat; nil adds up the patches, which counts a line twice if
  /// two of them change it.
  package var total: [FileDiff]?
  /// The whole series, on each kernel that it was tried on, oldest first.
  package var kernels: [KernelProof]
  /// Gates beyond build and boot; each one that passed, failed or was not run is named.
  package var verdicts: [Verdict]
  /// Why a person should look, for `needs-review`.
  package var flags: [Flag]
  /// What is still broken, for `not-adapted`, each with an in-tree conversion if there is one.
  package var remaining: [RemainingBreak]
  /// What nobody has executed or tested, one sentence each, e.g. `probe() was not executed: it needs the hardware`.
  package var notTested: [String]
  package var base: Series.Base?
  /// Name and version of kmend, and then of each tool that checked the result, e.g. `kmend 0.1`, `Coccinelle 1.1.1`.
  package var tools: [String]
  /// Value of an `Assisted-by:` trailer; nil when no model took part.
  package var assistedBy: String?
  package var posting: Posting

  package init(
    driver: Driver, from: KernelIdentity, to: KernelIdentity, outcome: Outcome, patches: [PatchReport],
    total: [FileDiff]? = nil, kernels: [KernelProof], verdicts: [Verdict] = [], flags: [Flag] = [],
    remaining: [RemainingBreak] = [],
    notTested: [String] = [], base: Series.Base?, tools: [String], assistedBy: String? = nil, posting: Posting
  ) {
    self.driver = driver
    self.from = from
    self.to = to
    self.outcome = outcome
    self.patches = patches
    self.total = total
    self.kernels = kernels
    self.verdicts = verdicts
    self.flags = flags
    self.remaining = remaining
    self.notTested = notTested
    self.base = base
    self.tools = tools
    self.assistedBy = assistedBy
    self.posting = posting
  }
}

/// One patch of a series: what it adapts, and its diff.
package struct PatchReport: Sendable, Hashable {
  /// The API changes that it adapts to; empty for a patch that only keeps old kernels working.
  package var changes: [ChangeReport]
  /// How the code keeps building on the old kernels, in sentences; empty where there is nothing to say.
  package var compatibility: String
  package var files: [FileDiff]
  /// How far the series was proven after this patch; empty: not tried on its own.
  package var kernels: [KernelProof]
  /// Overrides the generated title (without the driver's name before it).
  package var title: String?

  package init(
    changes: [ChangeReport], compatibility: String = "", files: [FileDiff], kernels: [KernelProof] = [],
    title: String? = nil
  ) {
    self.changes = changes
    self.compatibility = compatibility
    self.files = files
    self.kernels = kernels
    self.title = title
  }
}

/// One API change and what was done about it.
package struct ChangeReport: Sendable, Hashable {
  /// The breaks that it caused, all of one symbol; at least one.
  package var breaks: [Break]
  /// What the edits follow; nil where they follow from the declarations alone.
  package var rule: Rule?
  /// How many edits were made for it.
  package var edits: Int
  /// What was removed and has no replacement, as it stood in the source.
  package var deletions: [String]
  /// The kernel commit that made the change, where there is a history.
  package var cause: Cause?

  package init(breaks: [Break], rule: Rule?, edits: Int, deletions: [String] = [], cause: Cause? = nil) {
    self.breaks = breaks
    self.rule = rule
    self.edits = edits
    self.deletions = deletions
    self.cause = cause
  }

  /// A commit of the kernel.
  package struct Cause: Codable, Hashable, Sendable {
    /// 40 hexadecimal digits; empty for a series that was posted and that no tree has.
    package var commit: String
    package var subject: String
    /// First release that has it, e.g. `6.8`; empty if unknown.
    package var release: String
    /// Where it was posted; nil if unknown.
    package var link: String?
    /// Of the cover letter, or of the lone patch; nil if unknown.
    package var messageID: String?

    package init(commit: String, subject: String, release: String, link: String? = nil, messageID: String? = nil) {
      self.commit = commit
      self.subject = subject
      self.release = release
      self.link = link
      self.messageID = messageID
    }
  }
}

/// A break that is left, and how in-tree code was converted.
package struct RemainingBreak: Sendable {
  package var found: Break
  package var example: Rule.Example?

  package init(_ found: Break, example: Rule.Example? = nil) {
    self.found = found
    self.example = example
  }
}

/// How far one kernel was proven.
package struct KernelProof: Codable, Hashable, Sendable {
  package var kernel: KernelIdentity
  package var level: ProofLevel
  package var boot: BootWord
  /// It was loaded and can't be unloaded, as the unadapted driver.
  package var staysLoaded = false
  /// Some of its modules refuse to load, as those of the unadapted driver.
  package var loadsInPart = false
  /// What the kernel says against the driver in the boot, as it does against the unadapted one; nil where it says nothing.
  package var complaint: String?
  /// Errors or breaks that are left on it.
  package var breaksLeft: Int
  /// Seconds that the build took; nil if unknown.
  package var buildSeconds: Double?
  /// Seconds that the boot took; nil if unknown.
  package var bootSeconds: Double?

  package init(
    kernel: KernelIdentity, level: ProofLevel, boot: BootWord = .notRun, breaksLeft: Int = 0,
    buildSeconds: Double? = nil, bootSeconds: Double? = nil
  ) {
    self.kernel = kernel
    self.level = level
    self.boot = boot
    self.breaksLeft = breaksLeft
    self.buildSeconds = buildSeconds
    self.bootSeconds = bootSeconds
  }
}

/// What the mails need beyond their content: everything that clocks, dice and settings decide.
package struct Posting: Codable, Hashable, Sendable {
  package var author: Mailbox
  package var to: [Mailbox]
  package var cc: [Mailbox]
  /// Of the first mail; each further one is a second later.
  package var date: MailDate
  /// At least 24 hexadecimal digits that can't be guessed: twelve for the change-id, twelve for message ids.
  package var random: String
  /// Domain of the message ids.
  package var domain: String
  /// Version of the series, from 1.
  package var version: Int
  /// Of an earlier version; nil makes a new one.
  package var changeID: ChangeID?

  package init(
    author: Mailbox, to: [Mailbox] = [], cc: [Mailbox] = [], date: MailDate, random: String, domain: String,
    version: Int = 1, changeID: ChangeID? = nil
  ) {
    self.author = author
    self.to = to
    self.cc = cc
    self.date = date
    self.random = random
    self.domain = domain
    self.version = version
    self.changeID = changeID
  }
}
