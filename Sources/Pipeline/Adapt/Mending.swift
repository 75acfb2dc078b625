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
  /// What the kept kernels say to it; nil where nobody has asked.
  var answer: NewForm.Answer?

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
  let newForm: NewForm
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
    var answer: NewForm.Answer?
    func mended(_ result: SearchResult, _ left: [Break]) -> Mended {
      var result = result
      result.edits = own.edits + result.edits
      result.changes = own.changes + result.changes
      return Mended(
        result: result, rules: result.rules.merging(own.rules) { $1 }, sources: sources, breaks: own.breaks + breaks,
        left: left, inactive: inactive, answer: answer)
    }
    for round in 1...Self.maximalRounds {
      let result = try await drive(&search, code, &rules)
      var left = result.left
      if result.changes.count > max(done, 0) {
        done = result.changes.count
        answer = nil
        if result.left.isEmpty {
          // Mostly the compiler agrees, and then the kept kernels have to be asked: there is a core for that.
          let whole = mended(result, [])
          let isExpected = try await newForm.isExpected(whole)
          async let asked = newForm.ask(whole, isExpected: isExpected)
          // What the last patch does not change is taken from this build.
          let isChecked = isExpected || Kbuild.reusesObjects(builds.driver.root)
          left = try await judge(result, code, round: round, isChecked: isChecked)
          answer = try await asked
        } else {
          left = try await judge(result, code, round: round, isChecked: false)
        }
      }
      let isNew = left.contains { found in
        !breaks.contains { ($0.symbol, $0.kind, $0.site.file) == (found.symbol, found.kind, found.site.file) }
      }
      if !isNew || round == Self.maximalRounds {
        return mended(result, left)
      }
      breaks += left.filter { found in
        !breaks.contains { ($0.symbol, $0.kind, $0.site.file) == (found.symbol, found.kind, found.site.file) }
      }
      search.resume(breaks: left, inactive: await oracle.inactiveLines())
    }
    throw Failure(.ourFault, builds.driver.name, "the search did not end")
  }

  /// What Kbuild still refuses after the search: objects not looked at before, what modpost says, what clang knew.
  ///
  /// - Parameter isChecked: build with all checks, as the last patch will be.
  private func judge(
    _ result: SearchResult, _ code: [String: SourceText], round: Int, isChecked: Bool
  ) async throws -> [Break] {
    let edited = try EditedFiles.apply(result.edits, to: code)
    let files = edited.merging(builds.buildFiles.texts) { $1 }
    let kernel = builds.to.kernel
    let build = try await steps.measure("build", "building the adapted driver on \(kernel.identity.name)") {
      let label = "round-\(round)"
      return isChecked
        ? try await builder.checked(builds.driver, with: files, on: kernel, label: label).build
        : try await builder.build(builds.driver, with: files, on: kernel, label: label)
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
