// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// A compiler's message taken apart: its quoted parts, and the rest as a pattern.
struct Phrase {
  /// The message with `'_'` for each quoted part and without `(aka '…')`.
  var pattern: String
  /// The quoted parts in order.
  var quoted: [String]

  /// Takes clang's and gcc's quotation marks.
  init(_ message: String) {
    var pattern: [UInt8] = []
    var quoted: [String] = []
    let bytes = Array(message.replacing("‘", with: "'").replacing("’", with: "'").utf8)
    var position = 0
    let quote = UInt8(ascii: "'")
    while position < bytes.count {
      let opens = bytes[position] == quote && (pattern.last.map { $0 == 0x20 || $0 == UInt8(ascii: "(") } ?? true)
      guard opens, let end = closing(bytes, after: position) else {
        pattern.append(bytes[position])
        position += 1
        continue
      }
      let part = String(decoding: bytes[(position + 1)..<end], as: UTF8.self)
      position = end + 1
      if pattern.hasSuffix(" (aka ") || pattern.hasSuffix(" {aka ") {
        pattern.removeLast(6)
        if position < bytes.count { position += 1 }
      } else {
        pattern += Array("'_'".utf8)
        quoted.append(part)
      }
    }
    self.pattern = String(decoding: pattern, as: UTF8.self)
    self.quoted = quoted
  }
}

extension [UInt8] {
  fileprivate func hasSuffix(_ text: StaticString) -> Bool {
    count >= text.utf8CodeUnitCount
      && text.withUTF8Buffer { suffix(text.utf8CodeUnitCount).elementsEqual($0) }
  }
}

/// The quotation mark that ends what begins at `start`: one that no letter follows.
private func closing(_ bytes: [UInt8], after start: Int) -> Int? {
  var position = start + 1
  while position < bytes.count {
    if bytes[position] == UInt8(ascii: "'") {
      let next = position + 1 < bytes.count ? bytes[position + 1] : 0x20
      if !((next | 0x20) &- 0x61 < 26) { return position }
    }
    position += 1
  }
  return nil
}

/// What a message means, and where it names what the break turns on.
struct Wording {
  enum Naming {
    /// The quoted part of that number.
    case quoted(Int)
    /// A field and the structure that holds it.
    case field(Int, in: Int)
    /// The note "'f' declared here", else the function around the place.
    case callee
    /// The note "macro 'M' defined here", else the word at the place.
    case macro
    /// The field that is set there, or the function that the value is passed to, else the statement's words.
    case value
    /// The words of the statement: the one that changed is it.
    case statement
    /// The word at the place.
    case word
    /// A structure type's tag.
    case type(Int)
    /// The member that is reached for in an incomplete structure.
    case memberOf(Int)
    /// A grammatical error: what follows from another one, mostly.
    case grammar
  }
  var begins: String
  var kind: Break.Kind
  var naming: Naming

  private init(_ begins: String, _ kind: Break.Kind, _ naming: Naming) {
    self.begins = begins
    self.kind = kind
    self.naming = naming
  }

  /// The first entry whose words the pattern begins with.
  static func of(_ phrase: Phrase) -> Wording {
    table.first { phrase.pattern.hasPrefix($0.begins) } ?? Wording("", .other, .statement)
  }

  /// Clang 19's wording, then gcc's.
  private static let table: [Wording] = [
    Wording("call to undeclared function '_'", .functionGone, .quoted(0)),
    Wording("call to undeclared library function '_'", .functionGone, .quoted(0)),
    Wording("use of undeclared identifier '_'", .nameGone, .quoted(0)),
    Wording("function-like macro '_' is not defined", .nameGone, .quoted(0)),
    Wording("'_' file not found", .headerGone, .quoted(0)),
    Wording("no member named '_' in '_'", .fieldGone, .field(0, in: 1)),
    Wording("field designator '_' does not refer to any field in type '_'", .fieldGone, .field(0, in: 1)),
    Wording("too few arguments provided to function-like macro", .macroArity, .macro),
    Wording("too many arguments provided to function-like macro", .macroArity, .macro),
    Wording("too few arguments to function call", .arguments, .callee),
    Wording("too many arguments to function call", .arguments, .callee),
    Wording("unknown type name '_'", .typeGone, .type(0)),
    Wording("must use '_' tag to refer to type '_'", .typeGone, .type(1)),
    Wording("incomplete definition of type '_'", .fieldGone, .memberOf(0)),
    Wording("variable has incomplete type '_'", .typeGone, .type(0)),
    Wording("field has incomplete type '_'", .typeGone, .type(0)),
    Wording("array has incomplete element type '_'", .typeGone, .type(0)),
    Wording("tentative definition has type '_'", .typeGone, .type(0)),
    Wording("invalid application of '_' to an incomplete type '_'", .typeGone, .type(1)),
    Wording("arithmetic on a pointer to an incomplete type '_'", .typeGone, .type(0)),
    Wording("subscript of pointer to incomplete type '_'", .typeGone, .type(0)),
    Wording("argument type '_' is incomplete", .typeGone, .type(0)),
    Wording("calling '_' with incomplete return type '_'", .typeGone, .type(1)),
    Wording("incomplete result type '_'", .typeGone, .type(0)),
    Wording("offsetof of incomplete type '_'", .typeGone, .type(0)),
    Wording("incompatible function pointer types", .callbackPrototype, .value),
    Wording("incompatible pointer types", .typeChanged, .value),
    Wording("incompatible integer to pointer conversion", .typeChanged, .value),
    Wording("incompatible pointer to integer conversion", .typeChanged, .value),
    Wording("passing '_' to parameter of incompatible type '_'", .arguments, .value),
    Wording("assigning to '_' from incompatible type '_'", .typeChanged, .value),
    Wording("initializing '_' with an expression of incompatible type '_'", .typeChanged, .value),
    Wording("returning '_' from a function with incompatible result type '_'", .typeChanged, .statement),
    Wording("conflicting types for '_'", .nameClash, .quoted(0)),
    Wording("redefinition of enumerator '_'", .nameClash, .quoted(0)),
    Wording("redefinition of '_'", .nameClash, .quoted(0)),
    Wording("typedef redefinition with different types", .nameClash, .word),
    Wording("static declaration of '_' follows non-static declaration", .nameClash, .quoted(0)),
    Wording("non-static declaration of '_' follows static declaration", .nameClash, .quoted(0)),
    Wording("use of '_' with tag type that does not match previous declaration", .nameClash, .quoted(0)),
    Wording("cannot assign to variable '_' with const-qualified type", .madeConst, .quoted(0)),
    Wording("cannot assign to non-static data member '_' with const-qualified type", .madeConst, .quoted(0)),
    Wording("cannot assign to return value because function '_' returns a const value", .madeConst, .quoted(0)),
    Wording("read-only variable is not assignable", .madeConst, .value),
    Wording("type specifier missing, defaults to '_'", .nameGone, .word),
    Wording("a parameter list without types", .other, .grammar),
    Wording("a type specifier is required", .other, .grammar),
    Wording("illegal initializer", .other, .grammar),
    Wording("declaration of '_' will not be visible outside of this function", .typeGone, .type(0)),
    Wording("expected ", .other, .grammar),
    Wording("extraneous ", .other, .grammar),
    Wording("unexpected ", .other, .grammar),
    Wording("void function '_' should not return a value", .returnType, .quoted(0)),
    Wording("non-void function '_' should return a value", .returnType, .quoted(0)),
    // gcc 12 to 14.
    Wording("implicit declaration of function '_'", .functionGone, .quoted(0)),
    Wording("'_' undeclared", .nameGone, .quoted(0)),
    Wording("'_' has no member named '_'", .fieldGone, .field(1, in: 0)),
    Wording("too few arguments to function '_'", .arguments, .quoted(0)),
    Wording("too many arguments to function '_'", .arguments, .quoted(0)),
    Wording("passing argument ", .arguments, .value),
    Wording("initialization of '_' from incompatible pointer type '_'", .callbackPrototype, .value),
    Wording("assignment to '_' from incompatible pointer type '_'", .callbackPrototype, .value),
    Wording("assignment of member '_' in read-only object", .madeConst, .quoted(0)),
    Wording("assignment of read-only ", .madeConst, .value),
    Wording("storage size of '_'", .typeGone, .statement),
    Wording("void value not ignored as it ought to be", .returnType, .statement),
  ]
}
