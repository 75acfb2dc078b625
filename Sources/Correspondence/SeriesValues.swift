// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import PatchFormat

/// What the templates may use. A value that is empty or false is left out, so that `{{#name}}` asks for it.
struct SeriesValues {
  /// Lines; what is longer is told by its two sides, and shown in full by `kmend rules`.
  private static let longestSemanticPatch = 24
  let report: SeriesReport

  /// For `cover` and `notes`.
  var series: [String: Any] {
    var values = common
    values.merge(proven(report.kernels)) { $1 }
    values["count"] = "\(report.patches.count)"
    let changes = report.patches.flatMap(\.changes)
    let problems = problems(changes)
    values["problems"] = sequence(
      (problems.count > 1 ? problems.prefix(12) : []).map { ["text": $0.text, "where": $0.place] })
    values["problem"] = text(headline(problems))
    values["kernels"] = sequence(report.kernels.map(kernel))
    values["checks"] = sequence((complaints + checks).map { ["text": $0] })
    values["flags"] = sequence(
      report.flags.map { ["reason": $0.reason.rawValue, "detail": PlainText.line($0.detail)] })
    values["remaining"] = sequence(report.remaining.prefix(40).map(remaining))
    values["remainingCount"] = report.remaining.isEmpty ? nil : "\(report.remaining.count)"
    values["notTested"] = sequence((report.notTested + notRun).map { ["text": PlainText.line($0)] })
    values["carriageReturns"] = flag(report.patches.contains { $0.files.contains(where: \.hasCarriageReturns) })
    values["rules"] = sequence(report.patches.count > 1 ? rules(changes).map { ["text": $0] } : [])
    return values
  }

  /// For `commit`.
  func commit(_ patch: PatchReport) -> [String: Any] {
    var values = common
    // What the whole series reached holds for its last patch, and for no other.
    let isLast = patch == report.patches.last
    let builtHere = isLast ? report.kernels : patch.kernels
    // Several rules may mend one break: it is told once.
    var told: [[Break]] = []
    values["changes"] = sequence(
      patch.changes.map { item in
        let isTold = told.contains(item.breaks)
        if !isTold { told.append(item.breaks) }
        return change(item, isTold: isTold)
      })
    values["several"] = told.count > 1 ? PlainText.count(told.count, "place") : nil
    values["compatibility"] = text(PlainText.line(patch.compatibility, limit: 2000))
    values.merge(proven(builtHere)) { $1 }
    values["left"] = sequence(
      builtHere.filter { $0.breaksLeft > 0 }.map {
        ["kernel": $0.kernel.name, "count": PlainText.count($0.breaksLeft, "error")]
      })
    return values
  }

  private var common: [String: Any] {
    var values: [String: Any] = [:]
    values["driver"] = PlainText.line(report.driver.name, limit: 60)
    values["version"] = text(PlainText.line(report.driver.version, limit: 60))
    values["from"] = report.from.name
    values["to"] = report.to.name
    values["lone"] = flag(report.patches.count == 1)
    values["these"] = report.patches.count == 1 ? "this patch" : "these \(report.patches.count) patches"
    values[report.outcome == .adapted ? "adapted" : report.outcome == .needsReview ? "needsReview" : "notAdapted"] =
      true
    values["works"] = flag(report.outcome == .adapted || report.outcome == .needsReview)
    let tools = report.tools.map { PlainText.line($0, limit: 80) }
    values["program"] = tools.first
    values["checkers"] = text(PlainText.list(Array(tools.dropFirst())))
    values["model"] = flag(report.assistedBy != nil)
    if case .publicCommit(let commit) = report.base { values["baseCommit"] = commit }
    if case .words(let words) = report.base { values["base"] = PlainText.line(words) }
    return values
  }

  /// - Parameter isTold: what broke stands there already.
  private func change(_ change: ChangeReport, isTold: Bool) -> [String: Any] {
    let words = ChangeWords(change)
    let rule = change.rule
    var values: [String: Any] = isTold ? [:] : problem(change, words)
    values["name"] = words.name
    values["action"] = text(words.action)
    values["edits"] = change.edits > 0 ? PlainText.count(change.edits, "edit") : nil
    values["deletions"] = sequence(change.deletions.map { ["text": PlainText.block($0)] })
    guard let rule else { return values }
    values["rule"] = true
    let smpl = rule.smpl.split(separator: "\n").count <= Self.longestSemanticPatch ? rule.smpl : ""
    values["smpl"] = text(PlainText.block(smpl))
    values["edit"] = smpl.isEmpty && rule.support > 0 ? text(PlainText.block(Self.plain(rule.summary))) : nil
    values["support"] = rule.support > 0 ? PlainText.count(rule.support, "file") : nil
    values["opportunities"] = rule.opportunities > 0 ? PlainText.count(rule.opportunities, "place") : nil
    values["elsewhere"] = rule.elsewhere > 0 ? PlainText.count(rule.elsewhere, "place") : nil
    values["percent"] = "\(Int((rule.confidence * 100).rounded()))"
    values["examples"] = text(PlainText.list(words.exampleFiles))
    values["twin"] = text(PlainText.list((rule.twins ?? []).map { PlainText.line($0.inTree, limit: 100) }))
    values["reproduced"] = rule.replay.tried > 0 ? "\(rule.replay.reproduced)" : nil
    values["tried"] = rule.replay.tried > 0 ? "\(rule.replay.tried)" : nil
    return values
  }

  private func problem(_ change: ChangeReport, _ words: ChangeWords) -> [String: Any] {
    let representative = change.breaks.first { $0.cause == nil } ?? change.breaks.first
    var values: [String: Any] = ["problem": words.problem, "sentence": words.sentence]
    values["places"] = text(words.places)
    if let cause = change.cause, cause.commit.isEmpty {
      let place = (cause.link ?? cause.messageID).map { " (\(PlainText.line($0)))" } ?? ""
      values["proposal"] = "\"\(PlainText.line(cause.subject))\"\(place)"
    } else if let cause = change.cause {
      values["cause"] = "\(cause.commit.prefix(12)) (\"\(PlainText.line(cause.subject))\")"
      values["causeRelease"] = text(PlainText.line(cause.release))
    }
    // That a header is included by its name is no news.
    guard representative?.kind != .headerGone else { return values }
    values["before"] = representative?.before.flatMap { text(PlainText.block(written($0))) }
    values["beforeFile"] = representative?.before.flatMap { text(PlainText.line($0.site.description)) }
    values["after"] = representative?.after.flatMap { text(PlainText.block(written($0))) }
    values["afterFile"] = representative?.after.flatMap { text(PlainText.line($0.site.description)) }
    return values
  }

  /// A declaration's text; a macro's with what it stands for, unless that is long.
  private func written(_ declaration: Declaration) -> String {
    let body = declaration.body
    let isShort = declaration.kind == .macro && !body.isEmpty && body.count <= 60
    return isShort && !declaration.text.hasSuffix(body) ? "\(declaration.text) \(body)" : declaration.text
  }

  /// Each problem once, with its place.
  private func problems(_ changes: [ChangeReport]) -> [(text: String, place: String)] {
    var seen: Set<String> = []
    var problems: [(text: String, place: String)] = []
    for change in changes {
      let words = ChangeWords(change)
      guard seen.insert(words.problem).inserted else { continue }
      problems.append((words.problem, words.places))
    }
    return problems
  }

  /// The first two problems, and how many more; a lone one with its place.
  private func headline(_ problems: [(text: String, place: String)]) -> String {
    if problems.count == 1, !problems[0].place.isEmpty { return "\(problems[0].text) (\(problems[0].place))" }
    let all = problems.map(\.text)
    let more = all.count - 2
    return PlainText.list(more > 0 ? Array(all.prefix(2)) + [PlainText.count(more, "more change")] : all)
  }

  private func kernel(_ proof: KernelProof) -> [String: Any] {
    let kernel = proof.kernel
    var words: [String] = [
      proof.breaksLeft > 0 ? "\(PlainText.count(proof.breaksLeft, "error")) left" : proof.level.rawValue
    ]
    if proof.boot != .notRun { words.append(proof.boot.rawValue) }
    var values: [String: Any] = [
      "name": kernel.name, "release": kernel.release, "source": kernel.sourceVersion,
      "result": words.joined(separator: ", "),
    ]
    values["compiler"] = text(PlainText.line(Self.shortCompiler(kernel.compiler), limit: 60))
    let padded = kernel.name + String(repeating: " ", count: max(8 - kernel.name.count, 0))
    let result = words.joined(separator: ", ")
    let column = result + String(repeating: " ", count: max(26 - result.count, 0))
    var line = "  \(padded) \(column) \(kernel.sourceVersion.isEmpty ? kernel.release : kernel.sourceVersion)"
    if let compiler = values["compiler"] as? String, line.count + compiler.count + 2 <= TextFill.columns {
      line += ", \(compiler)"
    }
    values["line"] = line
    return values
  }

  private func remaining(_ left: RemainingBreak) -> [String: Any] {
    var values: [String: Any] = [
      "place": PlainText.line(left.found.site.description), "message": PlainText.line(left.found.message, limit: 160),
    ]
    if let example = left.example {
      values["file"] = PlainText.line(example.site.description)
      values["before"] = text(PlainText.block(example.before, limit: 12))
      values["after"] = text(PlainText.block(example.after, limit: 12))
    }
    return values
  }

  /// What kernels say against the driver, adapted or not, a line for each complaint.
  private var complaints: [String] {
    var kernels: [String: [String]] = [:]
    var order: [String] = []
    for proof in report.kernels {
      guard let complaint = proof.complaint.map({ PlainText.line($0, limit: 160) }) else { continue }
      if kernels[complaint] == nil { order.append(complaint) }
      kernels[complaint, default: []].append(proof.kernel.name)
    }
    return order.map { complaint in
      "boot: the kernel complains on \(PlainText.list(kernels[complaint] ?? [])), as it does with the unadapted driver: "
        + complaint
    }
  }

  /// One line per gate that ran, other than build and boot, which stand in the table of kernels.
  private var checks: [String] {
    var order: [String] = []
    var byGate: [String: [Verdict]] = [:]
    for verdict in report.verdicts where verdict.result != .notRun && !["build", "boot"].contains(verdict.gate) {
      if byGate[verdict.gate] == nil { order.append(verdict.gate) }
      byGate[verdict.gate, default: []].append(verdict)
    }
    return order.map { gate in
      let verdicts = byGate[gate] ?? []
      var sentences: [String] = []
      var kernels: [String: [String]] = [:]
      for verdict in verdicts {
        let failed = verdict.result == .failed ? "FAILED, " : ""
        let sentence = failed + PlainText.line(verdict.summary, limit: 200)
        if !sentences.contains(sentence) { sentences.append(sentence) }
        if !verdict.kernel.isEmpty { kernels[sentence, default: []].append(verdict.kernel) }
      }
      let words = sentences.map { sentence in
        (kernels[sentence].map { "on \(PlainText.list($0)): " } ?? "") + sentence
      }
      return "\(gate): \(words.joined(separator: "; "))"
    }
  }

  private var notRun: [String] {
    report.verdicts.filter { $0.result == .notRun }.map { verdict in
      "\(verdict.gate)\(verdict.kernel.isEmpty ? "" : " on \(verdict.kernel)"): \(verdict.summary)"
    }
  }

  private func rules(_ changes: [ChangeReport]) -> [String] {
    changes.compactMap { change in
      guard let rule = change.rule, rule.support > 0 else { return nil }
      var line = Self.plain(PlainText.line(rule.summary, limit: 200))
      if rule.replay.tried > 0 { line += ": right at \(rule.replay.reproduced) of \(rule.replay.tried)" }
      return line
    }
  }

  /// Names of the kernels that it builds on, and of those that it was loaded and unloaded on, or loaded at least; empty
  /// where there is none.
  private func proven(_ proofs: [KernelProof]) -> [String: Any] {
    let built = proofs.filter { $0.level >= .compiled && $0.breaksLeft == 0 }.map(\.kernel.name)
    let loaded = proofs.filter { $0.level == .booted && [.exercised, .loaded].contains($0.boot) }
    let booted = loaded.filter { !$0.staysLoaded }.map(\.kernel.name)
    var values: [String: Any] = [:]
    if !built.isEmpty { values["builtOn"] = PlainText.list(built) }
    let refused = proofs.filter { $0.boot == .refusedAsBefore }.map(\.kernel.name)
    if !refused.isEmpty { values["refusedOn"] = PlainText.list(refused) }
    values["stayedOn"] = text(PlainText.list(loaded.filter(\.staysLoaded).map(\.kernel.name)))
    values["partlyOn"] = text(PlainText.list(loaded.filter(\.loadsInPart).map(\.kernel.name)))
    if !booted.isEmpty {
      values["bootedOn"] = booted == built && built.count > 1 ? "each of them" : PlainText.list(booted)
    }
    return values
  }

  private func text(_ value: String) -> String? { value.isEmpty ? nil : value }
  private func flag(_ value: Bool) -> Bool? { value ? true : nil }
  private func sequence(_ values: [[String: Any]]) -> [[String: Any]]? { values.isEmpty ? nil : values }

  /// A one-line summary without its backticks.
  static func plain(_ text: String) -> String { text.filter { $0 != "`" } }

  /// `gcc-12 12.2.0` of `gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0`.
  private static func shortCompiler(_ text: String) -> String {
    guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close else { return text }
    return PlainText.line(text[..<open] + " " + text[text.index(after: close)...])
  }
}
