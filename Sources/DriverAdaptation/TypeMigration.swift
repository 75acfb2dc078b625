// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

/// Makes variables of the driver variables of another structure: their declarations and uses, the driver's functions that
/// they are passed to, and whoever passes them.
struct TypeMigration {
  /// A variable or parameter of a function that the driver defines.
  struct Variable: Hashable {
    var file: String
    /// Token that names the function.
    var function: Int
    var word: Int32
  }
  /// A parameter of the driver's function of that name, or of its own function pointer.
  struct Parameter: Hashable {
    var owner: String
    /// Of a static function.
    var file: String?
    var number: Int
    var isField: Bool
  }
  private enum Item {
    case variable(Variable)
    case parameter(Parameter)
  }
  private static let maximalItems = 1000
  let rule: LearnedRule
  let retyping: Retyping
  private let (was, becomes): (String, String)
  private let codes: [String: Code]
  private var spellings: Spellings
  private(set) var edits: [Edit] = []
  /// What was learned of uses that the driver has.
  private(set) var uses: Set<Retyping.Use> = []
  /// Whether values are fetched by a call now.
  private(set) var isFetched = false
  /// What goes along, in the order in which it was found.
  private var open: [Item] = []
  private var variables: Set<Variable> = []
  private var parameters: Set<Parameter> = []
  private var heads: Set<Parameter>
  /// Functions that took over what an in-tree function says, by file and name.
  private var merged: Set<Variable> = []
  /// The in-tree functions.
  private(set) var twins: Set<FunctionConversion> = []
  private(set) var flags: [Flag] = []
  /// Statements that a call does now.
  private(set) var deletions: [AdaptationChange.Deletion] = []
  private var rewriters: [String: Rewriter] = [:]

  /// Nil if the rule is none for this, or if more changes than a structure's tag.
  ///
  /// - Parameter rewritten: parameters that have the new type by other edits.
  init?(_ rule: LearnedRule, _ codes: [String: Code], _ spellings: Spellings, rewritten: Set<Parameter> = []) {
    guard let retyping = rule.retyping, case let old = retyping.before.split(separator: " "),
      case let new = retyping.after.split(separator: " "), old.count == 2, new.count == 2, old[0] == new[0]
    else { return nil }
    (was, becomes) = (String(old[1]), String(new[1]))
    (self.rule, self.retyping, self.codes, self.spellings) = (rule, retyping, codes, spellings)
    heads = rewritten
  }

  /// Variables that calls of a function pass on.
  ///
  /// - Parameter lines: where; nil: anywhere.
  func passed(to name: String, on lines: [String: Set<Int>]?) -> [Variable] {
    codes.keys.sorted().flatMap { file -> [Variable] in
      guard let code = codes[file], lines.map({ $0[file] != nil }) ?? true else { return [] }
      let table = LineTable(code.source.text)
      return code.calls(of: name, isMember: false).filter { call in
        lines.map { $0[file]?.contains(table.line(of: Int(code.tokens[call].start))) ?? false } ?? true
      }.flatMap { call in
        code.arguments(ofCall: call).compactMap { variable(in: $0, file, code) }
      }
    }
  }

  /// Variables that are set to a field's address, or to what stands below it.
  ///
  /// - Parameter lines: where; nil: wherever the field's structure shows.
  func holding(_ symbol: SoughtSymbol, on lines: [String: Set<Int>]?) -> [Variable] {
    codes.keys.sorted().flatMap { file -> [Variable] in
      guard let code = codes[file], lines.map({ $0[file] != nil }) ?? true else { return [] }
      let table = LineTable(code.source.text)
      return code.tokens.indices.compactMap { token in
        guard code.spells(token, symbol.name), code.isMember(token), let unit = code.unit(holding: token),
          lines.map({ $0[file]?.contains(table.line(of: Int(code.tokens[token].start))) ?? false })
            ?? (symbol.container != nil && FieldBase.structure(of: token, code) == symbol.container),
          case let tokens = code.units[unit].tokens,
          let equals = tokens.first(where: { code.punctuation(at: $0) == 0x3D }), equals < token, equals > 0
        else { return nil }
        return variable(in: equals - 1..<equals, file, code)
      }
    }
  }

  /// False where something can't go along: half a migration does not compile.
  mutating func migrate(_ seeds: [Variable]) -> Bool {
    seeds.forEach { add($0) }
    var number = 0
    while number < open.count {
      // So many that a person has to look.
      guard number < Self.maximalItems else { return false }
      switch open[number] {
      case .variable(let variable): guard migrate(variable) else { return false }
      case .parameter(let parameter): guard migrate(parameter) else { return false }
      }
      number += 1
    }
    return true
  }

  private mutating func add(_ variable: Variable) {
    if variables.insert(variable).inserted { open.append(.variable(variable)) }
  }

  private mutating func add(_ parameter: Parameter) {
    if parameters.insert(parameter).inserted { open.append(.parameter(parameter)) }
  }

  // MARK: Variables

  private mutating func migrate(_ variable: Variable) -> Bool {
    guard let code = codes[variable.file],
      let function = code.functions.first(where: { $0.name == variable.function }),
      let declared = FieldBase.variables(of: retyping.before, in: function, code)[variable.word]
    else { return false }
    let isMerged = merge(function, variable.file, code)
    if function.head.contains(declared) {
      guard let prototype = Prototype(head: function.head.lowerBound, name: function.name, code),
        let number = prototype.parameters.firstIndex(where: { $0.name == declared })
      else { return false }
      let owner = code.source.spelling(code.tokens[function.name])
      add(parameter(number, of: owner, isField: false, usedIn: variable.file))
    } else if !isMerged {
      guard let unit = code.unit(holding: declared), code.list(code.units[unit].tokens).count == 1,
        retag(code.units[unit].tokens, variable.file, code)
      else { return false }
    }
    guard let fetched = isMerged ? [] : fetch(function, declared, variable.file, code) else { return false }
    var sized: Set<Int> = []
    for token in function.body
    where code.words[token] == variable.word && !code.isMember(token) && !code.isTag(token) && !fetched.contains(token)
    {
      if !isMerged, let unit = code.unit(holding: token), sized.insert(unit).inserted,
        unit != code.unit(holding: declared)
      {
        resize(code.units[unit].tokens, variable.file, code)
      }
      if let source = source(of: token, variable.file, code) { add(source) }
      let isSet = code.punctuation(at: token + 1) == 0x3D
      guard token == declared && !isSet || use(token, variable.file, function, code, isRewritten: !isMerged) else {
        return false
      }
    }
    return true
  }

  /// Lets a call fetch what was read through the variable; tokens that are done with, nil where that can't be.
  private mutating func fetch(_ function: Function, _ declared: Int, _ file: String, _ code: Code) -> Set<Int>? {
    guard let fetch = retyping.fetch, let origin = retyping.origin else { return [] }
    let rewriting = FetchRewriting(
      file: file, code: code, function: function, declared: declared, fetch: fetch, origin: origin, rule: rule.rule.id)
    guard let result = rewriting.result() else { return nil }
    edits += result.edits
    flags += result.flags
    deletions += result.deletions
    isFetched = isFetched || result.isFetched
    return result.consumed
  }

  /// Takes over what an in-tree function says that was the same; false where there is none.
  private mutating func merge(_ function: Function, _ file: String, _ code: Code) -> Bool {
    let key = Variable(file: file, function: function.name, word: -1)
    if merged.contains(key) { return true }
    guard let (conversion, found) = TakenOver.edits(rule, function, file, code) else { return false }
    edits += found
    twins.insert(conversion)
    merged.insert(key)
    return true
  }

  /// The variable that is copied into one: `variable = other`.
  private func source(of token: Int, _ file: String, _ code: Code) -> Variable? {
    guard code.punctuation(at: token + 1) == 0x3D, let unit = code.unit(holding: token),
      code.units[unit].tokens.upperBound > token + 2
    else { return nil }
    return self.variable(in: token + 2..<code.units[unit].tokens.upperBound, file, code)
  }

  private mutating func use(
    _ token: Int, _ file: String, _ function: Function, _ code: Code, isRewritten: Bool
  ) -> Bool {
    if isRewritten, let (use, consequence) = retyping.consequence(of: token, code, &spellings), !namesOwn(use) {
      if rewriters[file] == nil { rewriters[file] = Rewriter(file: file, code: code) }
      guard let changed = rewriters[file]?.edits(consequence, rule.rule.id) else { return false }
      edits += changed
      uses.insert(use)
      return true
    }
    if let check = retyping.asksOtherwise(token, code, &spellings) { flagCheck(check, token, file, code) }
    if let (owner, number) = code.call(passing: token) {
      let name = code.source.spelling(code.tokens[owner])
      add(parameter(number, of: name, isField: code.isMember(owner), usedIn: file))
    } else if code.punctuation(at: token - 1) == 0x3D, let other = variable(in: token - 2..<token - 1, file, code) {
      // `other = variable`
      add(other)
    }
    return true
  }

  /// What the tree calls a function of its own, the driver may have as well.
  private func namesOwn(_ use: Retyping.Use) -> Bool {
    let source = LexedSource(use.left)
    let names = Set(source.tokens.filter { $0.kind == .identifier }.map { source.spelling($0) })
    return codes.values.contains { code in
      code.functions.contains { names.contains(code.source.spelling(code.tokens[$0.name])) }
    }
  }

  /// The variable that an argument is, or points to.
  private func variable(in argument: Range<Int>, _ file: String, _ code: Code) -> Variable? {
    guard let token = argument.last, token >= 0, !code.isMember(token),
      argument.dropLast().allSatisfy({ code.punctuation(at: $0) == 0x26 }),
      let function = code.function(holding: token)
    else { return nil }
    let found = Variable(file: file, function: function.name, word: code.words[token])
    guard
      variables.contains(found)
        || FieldBase.variables(of: retyping.before, in: function, code)[code.words[token]] != nil
    else { return nil }
    return found
  }

  // MARK: Parameters

  /// A static function is its file's; a header's is everybody's.
  private func parameter(_ number: Int, of owner: String, isField: Bool, usedIn file: String) -> Parameter {
    let isStatic = !isField && codes[file].map { $0.definesStatic(owner) } ?? false
    return Parameter(owner: owner, file: isStatic ? file : nil, number: number, isField: isField)
  }

  /// The files in which the parameter's function has that name.
  private func scope(of parameter: Parameter) -> [String] {
    if let file = parameter.file { return codes.keys.filter { $0 == file || $0.hasSuffix(".h") }.sorted() }
    return codes.keys.filter { file in
      parameter.isField || !file.hasSuffix(".c") || !(codes[file]?.definesStatic(parameter.owner) ?? false)
    }.sorted()
  }

  private mutating func migrate(_ parameter: Parameter) -> Bool {
    let isOwn = parameter.isField ? retagPointers(parameter) : retagHeads(parameter)
    guard let isOwn else { return false }
    // The kernel's have the types that they have.
    guard isOwn else { return true }
    for file in scope(of: parameter) {
      guard let code = codes[file] else { continue }
      for call in code.calls(of: parameter.owner, isMember: parameter.isField) {
        let arguments = code.arguments(ofCall: call)
        guard parameter.number < arguments.count else { return false }
        if let variable = variable(in: arguments[parameter.number], file, code) { add(variable) }
      }
      partners(of: parameter, file, code).forEach { add($0) }
    }
    return true
  }

  /// Gives the function's definition and declarations the new type; false where the driver defines none that has the old
  /// one, nil where that can't be done.
  private mutating func retagHeads(_ parameter: Parameter) -> Bool? {
    var isDefined = false
    for file in scope(of: parameter) {
      guard let code = codes[file] else { continue }
      for head in FunctionRewriting.Head.all(of: parameter.owner, code) {
        guard let prototype = Prototype(head: head.start, name: head.name, code),
          parameter.number < prototype.parameters.count
        else { return nil }
        let own = prototype.parameters[parameter.number]
        if !heads.contains(parameter), !retag(own.tokens, file, code) {
          if isDefined { return nil }
          if head.body != nil { flagOther(parameter, head, file, code) }
          return false
        }
        guard head.body != nil else { continue }
        isDefined = true
        guard let name = own.name else { continue }
        add(Variable(file: file, function: head.name, word: code.words[name]))
      }
    }
    return isDefined
  }

  /// What a test has to ask depends on where the variable comes from.
  private mutating func flagCheck(_ check: Retyping.Use, _ token: Int, _ file: String, _ code: Code) {
    let line = LineTable(code.source.text).line(of: Int(code.tokens[token].start))
    flags.append(
      Flag(.valueUsed, "\(Site(file: file, line: line)): \(check.summary) in the tree; left as it is"))
  }

  /// `void *` takes both: what the function makes of it is not known.
  private mutating func flagOther(
    _ parameter: Parameter, _ head: FunctionRewriting.Head, _ file: String, _ code: Code
  ) {
    let line = LineTable(code.source.text).line(of: Int(code.tokens[head.name].start))
    let text =
      "\(Site(file: file, line: line)): `\(parameter.owner)` takes any pointer, and gets one to `\(retyping.after)` now"
    flags.append(Flag(.valueUsed, text))
  }

  /// The same for function pointers among the driver's own fields.
  private mutating func retagPointers(_ parameter: Parameter) -> Bool? {
    var isDeclared = false
    for file in codes.keys.sorted() {
      guard let code = codes[file] else { continue }
      for token in code.tokens.indices.dropFirst(2)
      where code.spells(token, parameter.owner) && code.punctuation(at: token - 1) == 0x2A
        && code.punctuation(at: token - 2) == 0x28 && code.punctuation(at: token + 1) == 0x29
        && code.punctuation(at: token + 2) == 0x28
      {
        let own = code.arguments(ofCall: token + 1)
        guard parameter.number < own.count, retag(own[parameter.number], file, code) else { return nil }
        isDeclared = true
      }
    }
    return isDeclared
  }

  /// Function pointers that the function is assigned to, functions that are assigned to the pointer.
  private func partners(of parameter: Parameter, _ file: String, _ code: Code) -> [Parameter] {
    code.tokens.indices.dropFirst(3).compactMap { token in
      guard code.tokens[token].kind == .identifier, code.punctuation(at: token + 1) != 0x28 else { return nil }
      let equals = code.punctuation(at: token - 1) == 0x26 ? token - 2 : token - 1
      guard code.punctuation(at: equals) == 0x3D, code.isMember(equals - 1) else { return nil }
      let (own, other) = parameter.isField ? (equals - 1, token) : (token, equals - 1)
      guard code.spells(own, parameter.owner), code.tokens[other].kind == .identifier else { return nil }
      return self.parameter(
        parameter.number, of: code.source.spelling(code.tokens[other]), isField: !parameter.isField, usedIn: file)
    }
  }

  // MARK: Text

  /// Writes the new tag in place of the old one; false where it does not stand there.
  private mutating func retag(_ tokens: Range<Int>, _ file: String, _ code: Code) -> Bool {
    let tags = tokens.dropFirst().filter { token in
      code.spells(token, was) && [.struct, .union].contains(Keyword(rawValue: code.words[token - 1]))
    }
    for tag in tags {
      edits.append(Edit(file: file, range: code.tokens[tag].range, replacement: becomes, rule: rule.rule.id))
    }
    return !tags.isEmpty
  }

  /// `sizeof(struct x)` where the variable is used is the variable's size.
  private mutating func resize(_ tokens: Range<Int>, _ file: String, _ code: Code) {
    for token in tokens.dropFirst(3)
    where code.spells(token, was) && code.punctuation(at: token - 2) == 0x28 && code.spells(token - 3, "sizeof") {
      edits.append(Edit(file: file, range: code.tokens[token].range, replacement: becomes, rule: rule.rule.id))
    }
  }
}
