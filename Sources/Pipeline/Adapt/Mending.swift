// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import Diagnosis
import DriverAdaptation
import KernelBuild
import KernelModel

/// What the search made of a driver.
struct Mended: Sendable {
  var result: SearchResult
  /// The rules that were applied, by `Rule.id`.
  var rules: [String: LearnedRule]
  /// The driver's sources and build files, unedited, by path.
  var sources: [String: SourceText]
  /// Breaks on the new kernel before anything was done, and each that showed up when what hid it was gone.
  var breaks: [Break]
  var left: [Break]
  /// Lines of the sources that the new kernel's preprocessor skips.
  var inactive: [String: [ClosedRange<Int>]]

  /// Whether no break is left.
  var isWhole: Bool { left.isEmpty }
}

/// Carries the questions of the search to the index, the learner and the oracle, and lets Kbuild judge each round.
struct Mending: Sendable {
  /// A missing header hides what follows, a module that fails to compile hides what modpost would say: it takes rounds.
  private static let maximalRounds = 8

  let builds: OriginalBuilds
  let oracle: Oracle
  let trees: TreeDeclarations
  let builder: Builder
  let steps: Steps

  func run(_ first: DriverBreaks) async throws -> Mended {
    let sources = try DriverTexts.all(of: builds.driver)
    let code = sources.filter { path, _ in
      (path.hasSuffix(".c") || path.hasSuffix(".h")) && !builds.changedByBuild.contains(path)
    }
    let inactive = await oracle.inactiveLines()
    var search = Search(files: code, breaks: first.breaks, inactive: inactive)
    var rules = RuleSource(trees: trees, code: code)
    let own = builds.buildFiles
    var breaks = first.breaks
    var done = -1
    for round in 1...Self.maximalRounds {
      let result = try await drive(&search, code, &rules)
      var left = result.left
      if result.changes.count > max(done, 0) {
        done = result.changes.count
        left = try await judge(result, code, round: round)
      }
      let isNew = left.contains { found in
        !breaks.contains { ($0.symbol, $0.kind, $0.site.file) == (found.symbol, found.kind, found.site.file) }
      }
      if !isNew || round == Self.maximalRounds {
        var result = result
        result.edits = own.edits + result.edits
        result.changes = own.changes + result.changes
        return Mended(
          result: result, rules: result.rules.merging(own.rules) { $1 }, sources: sources,
          breaks: own.breaks + breaks, left: left, inactive: inactive)
      }
      breaks += left.filter { found in
        !breaks.contains { ($0.symbol, $0.kind, $0.site.file) == (found.symbol, found.kind, found.site.file) }
      }
      search.resume(breaks: left, inactive: await oracle.inactiveLines())
    }
    throw Failure(.ourFault, builds.driver.name, "the search did not end")
  }

  /// What Kbuild still refuses after the search: objects not looked at before, what modpost says, what clang knew.
  private func judge(_ result: SearchResult, _ code: [String: SourceText], round: Int) async throws -> [Break] {
    let edited = try EditedFiles.apply(result.edits, to: code)
    let files = edited.merging(builds.buildFiles.texts) { $1 }
    let kernel = builds.to.kernel
    let build = try await steps.measure("build", "building the adapted driver on \(kernel.identity.name)") {
      try await builder.build(builds.driver, with: files, on: kernel, label: "round-\(round)")
    }
    if build.record.isBuilt { return [] }
    var breaks = result.left
    // The last attempt may have been refused: the oracle still looks at that.
    _ = try await oracle.breaks(with: edited)
    let isTaken = try await oracle.take(build, with: files)
    // What only showed up when something else was gone has not been diagnosed yet.
    if isTaken || breaks.contains(where: { $0.before == nil && $0.after == nil }) {
      breaks = try await oracle.diagnosis(trees).breaks
    }
    return breaks
      + (try await DriverBreaks.beside(breaks, old: builds.from, new: build, of: builds.driver, trees: trees))
  }

  private func drive(
    _ search: inout Search, _ code: [String: SourceText], _ rules: inout RuleSource
  ) async throws -> SearchResult {
    while true {
      switch search.next() {
      case .learn(let symbols):
        let source = rules
        let (answers, grown) = try await steps.measure("learn", "learning from in-tree conversions") {
          var source = source
          var answers: [SoughtSymbol: [LearnedRule]] = [:]
          for symbol in symbols { answers[symbol] = try await source.rules(for: symbol) }
          return (answers, source)
        }
        rules = grown
        search.told(rules: answers)
      case .attempt(let edits):
        let files = try EditedFiles.apply(edits, to: code)
        let (left, inactive) = try await steps.measure("search", "trying edits") {
          (try await oracle.breaks(with: files), await oracle.inactiveLines())
        }
        search.told(breaks: left, inactive: inactive)
      case .finished(let result): return result
      }
    }
  }
}

/// Files with edits applied.
enum EditedFiles {
  /// The files that edits touch, edited.
  ///
  /// - Throws: `Failure` (`ourFault`) for edits that overlap or lie outside of their file.
  static func apply(_ edits: [Edit], to texts: [String: SourceText]) throws -> [String: SourceText] {
    var edited: [String: SourceText] = [:]
    for (file, own) in Dictionary(grouping: edits, by: \.file) {
      guard let text = texts[file] else { throw Failure(.ourFault, file, "an edit names a file that is not there") }
      switch applying(own, to: text) {
      case .success(let result): edited[file] = result
      case .failure(let problem): throw Failure(.ourFault, file, "edits can't be applied: \(problem)")
      }
    }
    return edited
  }
}
