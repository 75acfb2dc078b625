// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Learns how a symbol is adapted from the places where the kernel's own developers did it.
package struct Learner {
  /// Templates that are held against all places; the rest has too few examples to matter.
  static let maximalTemplates = 60
  /// Rules below it are noise.
  static let leastScore = 0.05
  /// Rules that are given back, and of the others those that say nothing but the symbol.
  static let maximalRules = 12
  static let maximalGeneralRules = 4
  /// Followers of one rule.
  private static let maximalFollowers = 8
  let symbol: SoughtSymbol
  let knowledge: TreeKnowledge
  var spellings = Spellings()
  let word: Int32
  var windows: [Window] = []
  var occurrences: [Occurrence] = []
  /// Rules for places that set the symbol beside another field.
  private var mergers: [(merger: Merger, rule: LearnedRule)] = []

  /// Rules for `symbol`, best first; the same input gives the same rules.
  package static func rules(
    for symbol: SoughtSymbol, from conversions: [Conversion], knowing knowledge: TreeKnowledge = TreeKnowledge()
  ) -> [LearnedRule] {
    if symbol.kind == .headerGone {
      return IncludeLearner.rules(for: symbol, from: conversions, near: knowledge.nearness)
    }
    var learner = Learner(symbol, conversions, knowledge)
    return learner.learn(besides: projected(symbol, conversions, knowledge))
  }

  init(_ symbol: SoughtSymbol, _ conversions: [Conversion], _ knowledge: TreeKnowledge) {
    (self.symbol, self.knowledge) = (symbol, knowledge)
    word = spellings.number(of: symbol.name)
    let sorted = conversions.sorted {
      ($0.path, $0.oldStart, $0.commit?.id ?? "") < ($1.path, $1.oldStart, $1.commit?.id ?? "")
    }
    for conversion in sorted {
      let shown =
        symbol.isField
        ? RenamedValue.undone(conversion, of: symbol.name, declares: knowledge.declares) : conversion
      let window = Window(shown, &spellings)
      let found = Occurrence.all(of: word, in: window, number: windows.count, isField: symbol.isField)
      occurrences += found.filter { FieldBase.fits(symbol, window.old, $0.token, knowing: knowledge.fields) }
      windows.append(window)
    }
    mergers = MergerLearner(
      symbol: symbol, knowledge: knowledge, word: word, spellings: spellings, windows: windows
    ).rules()
    if let merger = mergers.first?.merger {
      let pairs = windows.map { FieldPair.all($0.old) }
      occurrences.removeAll { place in
        MergerLearner.isBeside(place.token, merger, windows[place.window].old, pairs[place.window])
      }
    }
  }

  /// What callers show of the parameters that changed, other changes of their calls left out: for a person to look at.
  private static func projected(
    _ symbol: SoughtSymbol, _ conversions: [Conversion], _ knowledge: TreeKnowledge
  ) -> [LearnedRule] {
    guard let projection = knowledge.projection, symbol.survives else { return [] }
    let projected = conversions.map { projection.applied(to: $0, of: symbol.name) }
    guard projected.contains(where: { $0 != nil }) else { return [] }
    var learner = Learner(symbol, zip(projected, conversions).map { $0 ?? $1 }, knowledge)
    return learner.ranked().filter { $0.rule.kind == .call }.prefix(maximalGeneralRules).map { rule in
      var rule = rule
      let words = "callers of `\(symbol.name)` changed other arguments as well, which its prototype does not ask for"
      rule.rule.flags.append(Flag(.otherArguments, words))
      // Places that were changed for learning measure nothing.
      rule.rule.replay = .init(reproduced: 0, tried: 0)
      return rule
    }
  }

  private mutating func learn(besides projected: [LearnedRule]) -> [LearnedRule] {
    let rules = ranked()
    let copy = symbol.kind == .madeConst && symbol.isField ? LocalCopyLearner(learner: self).rule() : nil
    let gathering = symbol.isField ? nil : GatheringLearner(learner: self).rule()
    let others = projected.filter { other in
      !rules.contains { ($0.span, $0.left, $0.right) == (other.span, other.left, other.right) }
    }
    return number(rules, others + [copy, gathering].compactMap { $0 })
  }

  /// The rules, best first, without their numbers.
  private mutating func ranked() -> [LearnedRule] {
    let tried = tried()
    let entries = tried.map { HeldOut.Entry($0, self) }
    let replays = HeldOut(entries).replays()
    var rules = tried.indices.map { index in
      rule(tried[index].template, tried[index].trial, replay: replays[index], removals: entries[index].removals)
    }
    rules.removeAll { $0.score < Self.leastScore }
    for definition in [definition(casts: false), definition(casts: true)].compactMap({ $0 }) {
      rules.removeAll { ($0.left, $0.right) == (definition.left, definition.right) }
      rules.append(definition)
    }
    rules += mergers.map(\.rule)
    rules.sort(by: Self.isBetter)
    let checks = SeenChecks(self)
    for index in rules.indices { rules[index].check = checks.check(rules[index]) }
    return rules
  }

  /// The templates that hold somewhere, with the files that each was read from.
  mutating func tried() -> [(template: Template, trial: Trial, sources: Set<String>)] {
    var paths: [Template: [String]] = [:]
    for occurrence in occurrences {
      let window = windows[occurrence.window]
      for template in Set(Extraction(window: window, symbol: symbol, word: word).templates(occurrence)) {
        paths[template, default: []].append(window.path)
      }
    }
    let templates = paths.filter { isSound($0.key) }
      .sorted {
        // Of equals the statement: it says more than the expression.
        ($0.value.count, $1.key.left, $1.key.right, $0.key.span.rawValue) > (
          $1.value.count, $0.key.left, $0.key.right, $1.key.span.rawValue
        )
      }
      .prefix(Self.maximalTemplates)
    var tried: [(template: Template, trial: Trial, sources: Set<String>)] = []
    for (template, sources) in templates {
      let candidate = Candidate(template, word: word, &spellings)
      // The operand rule says it for chains of every length.
      if candidate.isChainWithoutSymbol { continue }
      let trial = Trial(candidate, self)
      if trial.support > 0 { tried.append((template, trial, Set(sources))) }
    }
    leaveOutWider(&tried)
    // Of equals the one that says more is chosen, in validation as in use.
    tried.sort { one, other in
      let (left, right) = (one.template, other.template)
      if left.left.utf8.count != right.left.utf8.count { return left.left.utf8.count > right.left.utf8.count }
      return (left.left, left.right, right.span.rawValue) < (right.left, right.right, left.span.rawValue)
    }
    return tried
  }

  /// Places whose surroundings make another rule speak against none that leaves them out: where that one does not fit,
  /// they are not alike. But where both bring the same name, the wider one shows that the name alone is not enough.
  private func leaveOutWider(_ tried: inout [(template: Template, trial: Trial, sources: Set<String>)]) {
    /// For each place the rules that explain it, of those with two files at least, and what they match there.
    var explained: [Int: [(rule: Int, tokens: Range<Int>)]] = [:]
    let names = tried.map { Set(introduces($0.template.right, besides: $0.template.left)) }
    for (number, entry) in tried.enumerated() where entry.trial.support > 1 {
      for outcome in entry.trial.outcomes where outcome.reproduced {
        explained[outcome.occurrence, default: []].append((number, outcome.tokens))
      }
    }
    for index in tried.indices {
      let others = tried[index].trial.outcomes.filter { outcome in
        explained[outcome.occurrence]?.contains { rule, tokens in
          tokens.count > outcome.tokens.count && tokens.clamped(to: outcome.tokens) == outcome.tokens
            && names[rule].isDisjoint(with: names[index])
        } ?? false
      }
      tried[index].trial.leaveOut(Set(others.map(\.occurrence)))
    }
  }

  /// The rule that writes out what the old kernel put in the symbol's place: one for all its configurations, or none.
  private mutating func definition(casts: Bool) -> LearnedRule? {
    guard !symbol.survives, !symbol.isField else { return nil }
    let own = knowledge.definitions.filter { $0.container == nil }
    // Beside a function of the kernel's a body is what configurations without it get.
    guard !own.contains(where: { $0.kind == .function }) else { return nil }
    let found = own.compactMap { Definition($0, casts: casts) }
    guard let first = found.first, found.allSatisfy({ ($0.left, $0.right) == (first.left, first.right) }),
      first.names.allSatisfy({ knowledge.declares($0) == true }), !first.names.contains(symbol.name)
    else { return nil }
    let template = Template(span: first.span, left: first.left, right: first.right)
    let trial = Trial(Candidate(template, word: word, &spellings), self)
    // It was not learned from any of these places.
    let total = (trial.places.count { $0.reproduced }, trial.places.count)
    var rule = rule(template, trial, replay: .init(reproduced: total.0, tried: total.1), removals: 1)
    rule.isDefinition = true
    rule.free = []
    rule.rule.confidence = 1
    rule.rule.flags = []
    return rule
  }

  /// Refused by construction, whatever the numbers say.
  private func isSound(_ template: Template) -> Bool {
    let hasBrace = (template.left + template.right).utf8.contains { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "#") }
    guard !hasBrace, Self.isWhole(template.left), Self.isWhole(template.right) else { return false }
    let right = Set(words(template.right))
    if symbol.survives { return right.contains(symbol.name) }
    return !right.contains(symbol.name) || symbol.isField || symbol.kind == .other
  }

  /// Every operator has its operands: a side that lacks one was cut out of something.
  private static func isWhole(_ text: String) -> Bool {
    var spellings = Spellings()
    let pattern = Pattern(text, &spellings)
    // Parts that stand side by side are a declaration, or text that was not understood.
    if pattern.tree.nodes[pattern.tree.root].kind == .sequence, !text.isEmpty { return false }
    return pattern.tree.nodes.indices.allSatisfy { node in
      let count = pattern.tree.children(node).count
      switch pattern.tree.nodes[node].kind {
      case .binary, .assignment, .conditional: return count >= 2
      case .prefix: return count == 1
      case .atom: return pattern.tree.nodes[node].tokens.count <= 1
      default: return true
      }
    }
  }

  private func words(_ text: String) -> [String] {
    let source = LexedSource(text)
    return source.tokens.filter { $0.kind == .identifier }.map { source.spelling($0) }
  }

  private func rule(
    _ template: Template, _ trial: Trial, replay: Rule.Replay, removals: Double
  ) -> LearnedRule {
    let evidence = Evidence(places: trial.places, removals: removals)
    let total = evidence.total
    let opportunities = total.opportunities
    let confidence = Evidence.share(total)
    let introduced = introduces(template.right, besides: template.left)
    let guards = Guards(
      symbol: symbol, template: template, support: trial.support, confidence: confidence * evidence.removals,
      examples: trial.examples,
      coChanges: trial.coChanges)
    let rule = Rule(
      id: "", symbol: symbol.name, kind: kind(template), smpl: "",
      summary: Summary.text(template, with: trial.companion),
      support: trial.support,
      confidence: confidence, opportunities: opportunities, examples: trial.examples,
      replay: replay, introduces: introduced, flags: guards.flags, elsewhere: trial.elsewhere,
      commits: commits(trial))
    let free = introduced.filter { knowledge.declares($0) == false }
    var learned = LearnedRule(
      rule: rule, span: template.span, left: template.left, right: template.right, before: [], evidence: evidence,
      free: free, companion: trial.companion)
    learned.absorption = template.absorption
    learned.hasNoValue = returnsNothing
    learned.followers = Array(followers(of: trial, besides: template.left).prefix(Self.maximalFollowers))
    return learned
  }

  /// Of each left side what most files do; without those that name another function's variables.
  private func followers(of trial: Trial, besides left: String) -> [Follower] {
    var seen: Set<[String]> = []
    return trial.followers.filter { follower in
      let names = [follower.left, follower.right].flatMap { introduces($0, besides: left) }
      return names.allSatisfy { knowledge.declares($0) ?? !$0.contains(where: \.isLowercase) }
        && seen.insert([follower.left, follower.use.rawValue]).inserted
    }
  }

  /// Whether the old tree declares the symbol as a function without a value.
  private var returnsNothing: Bool {
    let functions = knowledge.definitions.filter {
      [.function, .inlineFunction].contains($0.kind) && $0.container == nil
    }
    return !functions.isEmpty
      && functions.allSatisfy { declared in
        let source = LexedSource(declared.text)
        let words = source.tokens.map { source.spelling($0) }
        return words.firstIndex(of: symbol.name).map { words[..<$0].last == "void" } ?? false
      }
  }

  /// The commits of the places that the candidate reproduces, in the order of their files.
  private func commits(_ trial: Trial) -> [CommitName] {
    var seen: Set<CommitName> = []
    return trial.outcomes.filter(\.reproduced).compactMap { windows[occurrences[$0.occurrence].window].commit }
      .filter { seen.insert($0).inserted }
  }

  private func kind(_ template: Template) -> Rule.Kind {
    switch template.span {
    case .identifier: .rename
    case .operand: .operand
    case .element: .initialiser
    case .include: .include
    case .prototype, .namespace, .recovery, .clash, .entry, .condition, .copy, .gathering, .retyping, .function:
      .declaration
    case .statement where template.right.isEmpty: .statement
    case .statement, .expression:
      symbol.isField
        ? .member
        : template.left.hasPrefix(symbol.name + "(") ? .call : template.span == .statement ? .statement : .call
    }
  }

  /// Share of the conversions that took the symbol away and put nothing in its place; for a statement that calls
  /// something else with it, of those in such calls: what becomes of `clear(FLAG)` says nothing about `set(FLAG)`.
  func removals(like template: Template) -> Double {
    let callee = LexedSource(template.left)
    let isCall = template.span == .statement && callee.tokens.count > 1 && callee.tokens[1].punctuation == 0x28
    let name = isCall ? spellings.known(callee.spelling(callee.tokens[0])).flatMap { $0 == word ? nil : $0 } : nil
    let converted = occurrences.filter { occurrence in
      let code = windows[occurrence.window].old
      return [.changed, .deleted, .replaced].contains(occurrence.outcome)
        && name.map { $0 == code.words[code.units[occurrence.unit].tokens.lowerBound] } ?? true
    }
    let removed = converted.count { occurrence in
      if occurrence.outcome == .deleted { return true }
      guard let pair = occurrence.pair else { return false }
      let window = windows[occurrence.window]
      return Operand.removed(pair, pair.old.path(to: occurrence.token), window.old, window.new) != nil
    }
    return Evidence.share((removed, converted.count))
  }

  /// Names of the new text that the old one does not have; fields are the structure's matter.
  private func introduces(_ right: String, besides left: String) -> [String] {
    let known = Set(words(left))
    let source = LexedSource(right)
    var names: [String] = []
    for (index, token) in source.tokens.enumerated() where token.kind == .identifier {
      let name = source.spelling(token)
      let before = index > 0 ? source.tokens[index - 1].punctuation : 0
      if known.contains(name) || name.hasPrefix(Pattern.mark) || before == punctuation("->") || before == 0x2E {
        continue
      }
      if !names.contains(name), !Keyword.allCases.contains(where: { "\($0)" == name }) { names.append(name) }
    }
    return names
  }

  /// Best first: sure before likely, likely before rare; of equals the one that says more.
  private static func isBetter(_ left: LearnedRule, _ right: LearnedRule) -> Bool {
    let (one, other) = (left.score, right.score)
    if one != other { return one > other }
    if left.left.utf8.count != right.left.utf8.count { return left.left.utf8.count > right.left.utf8.count }
    if left.left == right.left, left.right == right.right { return left.span == .statement }
    return (left.left, left.right) < (right.left, right.right)
  }

  /// The name alone, a call with any arguments, a field of anything.
  private func isGeneral(_ left: String) -> Bool {
    let rest = left.filter { !"¤0123456789, ".contains($0) }
    let name = symbol.name.filter { !"0123456789".contains($0) }
    return [name, "\(name)()", "->\(name)", ".\(name)"].contains(rest)
  }

  private func number(_ rules: [LearnedRule], _ whole: [LearnedRule]) -> [LearnedRule] {
    let stem = String(
      symbol.name.unicodeScalars.map {
        $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "_") ? Character($0) : "_"
      })
    // What only names the symbol fits where nothing of the rest does.
    let general = rules.dropFirst(Self.maximalRules).filter { isGeneral($0.left) }.prefix(Self.maximalGeneralRules)
    return (rules.prefix(Self.maximalRules) + general + whole).enumerated().map { index, rule in
      var rule = rule
      rule.rule.id = "\(stem)-\(index + 1)"
      rule.rule.smpl = SemanticPatch(rule, symbol: symbol).text
      return rule
    }
  }
}
