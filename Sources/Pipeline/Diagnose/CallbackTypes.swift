// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionIndex
import Foundation
import KernelModel

extension TreeDeclarations {
  /// Breaks of callbacks whose field, or the parameter that they are passed for, says its type by a name: told with the
  /// prototype that the name stands for.
  func withPrototypes(_ breaks: [Break]) async throws -> [Break] {
    guard let store else { return breaks }
    var result = breaks
    for index in result.indices where result[index].kind == .callbackPrototype {
      if result[index].before == nil, result[index].after == nil,
        let named = try await passed(result[index], store)
      {
        result[index] = named
        continue
      }
      let field = result[index].symbol
      for (side, path) in [
        (ConversionIndex.Side.old, \Break.before), (.new, \Break.after),
      ] {
        guard let declaration = result[index][keyPath: path], !declaration.text.contains("(*"),
          let type = Self.typeName(declaration.text, field: field)
        else { continue }
        let types = try await store.declarations(of: type, in: side).filter { $0.kind == .type }
        guard let text = types.lazy.compactMap({ Self.prototype($0.text, type: type, field: field) }).first else {
          continue
        }
        result[index][keyPath: path]?.text = text
      }
    }
    return result
  }

  /// A function that is passed for a parameter of type `T`: the break turns on `T`.
  private func passed(_ found: Break, _ store: ConversionStore) async throws -> Break? {
    guard let mark = found.message.range(of: "parameter of type '") else { return nil }
    let type = String(found.message[mark.upperBound...].prefix { $0 != "'" })
    var result = found
    for (side, path) in [(ConversionIndex.Side.old, \Break.before), (.new, \Break.after)] {
      let types = try await store.declarations(of: type, in: side).filter { $0.kind == .type }
      guard
        let found = types.lazy.compactMap({ declaration -> Declaration? in
          guard let text = Self.prototype(declaration.text, type: type, field: type) else { return nil }
          var declaration = declaration
          declaration.text = text
          return declaration
        }).first
      else { return nil }
      result[keyPath: path] = found
    }
    result.symbol = type
    return result
  }

  /// `proc` in `proc *field`, `proc_t` in `proc_t field`; nil for structures and the like.
  private static func typeName(_ text: String, field: String) -> String? {
    let source = LexedSource(text)
    let words = source.tokens.filter { $0.kind == .identifier }.map { source.spelling($0) }
    guard words.last == field || words.contains(field) else { return nil }
    let before = words.prefix { $0 != field }.filter { $0 != "const" }
    if before.isEmpty { return words.count > 1 ? field : nil }
    return before.count == 1 ? before[0] : nil
  }

  /// `int (*field)(…)` for `typedef int type(…)` and `typedef int (*type)(…)`.
  private static func prototype(_ text: String, type: String, field: String) -> String? {
    guard text.hasPrefix("typedef ") else { return nil }
    let source = LexedSource(text)
    let tokens = source.tokens
    guard let name = tokens.indices.first(where: { source.spelling(tokens[$0]) == type && $0 > 1 }),
      name + 1 < tokens.count
    else { return nil }
    let isPointer = tokens[name - 1].punctuation == punctuation("*") && tokens[name + 1].punctuation == punctuation(")")
    guard isPointer || tokens[name + 1].punctuation == punctuation("(") else { return nil }
    let bytes = source.text
    let head = String(decoding: bytes[tokens[1].range.lowerBound..<tokens[name].range.lowerBound], as: UTF8.self)
    let tail = String(decoding: bytes[tokens[name].range.upperBound...], as: UTF8.self)
    return head + (isPointer ? field : "(*\(field))") + tail
  }
}
