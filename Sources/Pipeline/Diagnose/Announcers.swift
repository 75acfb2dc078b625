// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import DriverAdaptation
import KernelModel

extension TreeDeclarations {
  /// Breaks of functions whose bare name Kbuild's tools refuse, with the macro that announces such a function.
  ///
  /// A tool may give the same advice for several names. The macro for this one stands beside the advised one: its body
  /// declares the function.
  func withAnnouncers(_ breaks: [Break]) async throws -> [Break] {
    guard let store else { return breaks }
    var result = breaks
    for index in result.indices where result[index].kind == .buildRule && !result[index].symbol.isEmpty {
      guard let advised = EntryPoint.announcer(in: result[index].message) else { continue }
      let macros = try await store.declarations(of: advised, in: .new).filter { $0.kind == .macro }
      result[index].after =
        macros.lazy.compactMap { macro in
          Self.macro(declaring: result[index].symbol, beside: macro, in: store.new)
        }.first
    }
    return result
  }

  private static func macro(declaring function: String, beside advised: Declaration, in tree: Tree) -> Declaration? {
    guard let bytes = tree.bytes(advised.site.file), case let text = String(decoding: bytes, as: UTF8.self) else {
      return nil
    }
    let names = text.replacing("\\\n", with: " ").split(separator: "\n").compactMap { line -> String? in
      let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_") }
      guard line.hasPrefix("#define"), words.count > 2, line.contains("\(words[1])("),
        words.dropFirst(2).contains(where: { $0 == function })
      else { return nil }
      return String(words[1])
    }
    // The advised one if it serves this function as well.
    guard let name = names.first(where: { $0 == advised.name }) ?? names.first else { return nil }
    return Declaration(name: name, kind: .macro, text: name, site: advised.site)
  }
}
