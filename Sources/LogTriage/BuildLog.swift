// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Reads what make and the tools that it runs print while a module is built.
package enum BuildLog {
  /// Findings kept at most; a log is a stranger's and may hold any number.
  static let limit = 5_000

  /// What the tools found, in the log's order, each once: compiler, sparse (lines marked `sparse: `), objtool, linker,
  /// modpost, make, patch.
  ///
  /// Notes follow the finding that they belong to. make's own "Error 1" counts only where nothing else says why.
  package static func findings(in log: [UInt8], roots: BuildRoots) -> [Finding] {
    var reader = Reader(roots: roots)
    for line in BuildLines(log) { reader.read(line) }
    return reader.findings
  }

  /// What modpost says about symbols that a module can't link to.
  package static func linkProblems(in log: [UInt8], roots: BuildRoots) -> [LinkProblem] {
    var problems: [LinkProblem] = []
    var seen: Set<LinkProblem> = []
    for line in BuildLines(log) {
      guard let problem = LinkProblem(line: line.text, roots: roots), seen.insert(problem).inserted else { continue }
      problems.append(problem)
      if problems.count == limit { break }
    }
    return problems
  }
}

/// The findings so far, and the folders that make is in.
private struct Reader {
  let roots: BuildRoots
  private var folders: [String] = []
  private var compiling: String?
  private var found: [Finding] = []
  private var followUps: [Finding] = []
  private var seen: Set<Finding> = []
  private var lastWasKept = false
  private var lastIsInDriver = true

  init(roots: BuildRoots) { self.roots = roots }

  var findings: [Finding] {
    found.contains { $0.severity == .error || $0.severity == .fatal } ? found : found + followUps.prefix(BuildLog.limit)
  }

  mutating func read(_ line: BuildLines.Line) {
    if let change = MakeLine.folderChange(line.text) {
      switch change {
      case .entering(let folder):
        if folders.count < 64 { folders.append(folder) }
        compiling = nil
      case .leaving:
        _ = folders.popLast()
        compiling = nil
      case .compiling(let folder): compiling = folder
      }
      return
    }
    let folder = compiling ?? folders.last ?? roots.driver
    if let finding = CompilerLine.finding(line.text, folder: folder, roots: roots) {
      keep(finding, isInDriver: roots.isInDriver(line.text.prefix { $0 != ":" }, in: folder))
    } else if let finding = ModpostLine.finding(line.text, roots: roots)
      ?? ToolLine.finding(line.text, folder: folder, roots: roots)
    {
      keep(finding)
    } else if let (finding, isFollowUp) = MakeLine.finding(line.text, folder: folder, roots: roots) {
      if !isFollowUp { keep(finding) } else if seen.insert(finding).inserted { followUps.append(finding) }
    }
  }

  private mutating func keep(_ finding: Finding, isInDriver: Bool = true) {
    guard found.count < BuildLog.limit else { return }
    if finding.severity == .note {
      guard lastWasKept else { return }
      if isInDriver { moveToExpansion(finding) }
      found.append(finding)
      return
    }
    lastWasKept = seen.insert(finding).inserted
    if lastWasKept { found.append(finding) }
    lastIsInDriver = isInDriver
  }

  /// gcc puts an error in a macro's argument or body where the macro is defined: in a driver's build the place that
  /// counts is the driver's line that uses it, which a note names.
  private mutating func moveToExpansion(_ note: Finding) {
    guard !lastIsInDriver, note.message.hasPrefix("in expansion of macro "),
      let last = found.lastIndex(where: { $0.severity != .note }), found[last].severity >= .error
    else { return }
    found[last].site = note.site
    lastIsInDriver = true
  }
}
