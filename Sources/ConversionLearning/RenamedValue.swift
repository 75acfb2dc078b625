// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// A function that got another name with the field that it is assigned to: `.old = a_old` that became `.new = a_new` says
/// `.old = f` → `.new = f`, for a driver need not rename its own.
enum RenamedValue {
  /// The conversion with the old names of such functions in its new text; the same where there are none.
  ///
  /// - Parameter declares: whether the new tree's headers declare a name: that is no function of the file's.
  static func undone(
    _ conversion: Conversion, of field: String, declares: (String) -> Bool?
  ) -> Conversion {
    guard conversion.oldText.contains(".\(field)") else { return conversion }
    var spellings = Spellings()
    let window = Window(conversion, &spellings)
    guard let word = spellings.known(field) else { return conversion }
    let (olds, news) = (Set(window.old.words), Set(window.new.words))
    let elements = window.new.units.indices.compactMap { unit in
      window.oldUnit[unit] < 0 || !window.isSame[Int(window.oldUnit[unit])] ? element(unit, window.new) : nil
    }
    var names: [Int32: String] = [:]
    for unit in window.old.units.indices where !window.isSame[unit] {
      guard let (name, value) = element(unit, window.old), window.old.words[name] == word,
        !news.contains(window.old.words[value]), case let own = window.old.source.spelling(window.old.tokens[value])
      else { continue }
      let other = elements.first { other in
        let target = window.new.source.spelling(window.new.tokens[other.field])
        let isNamed =
          own.contains(field)
          && own.replacing(field, with: target) == window.new.source.spelling(window.new.tokens[other.value])
        let isAligned =
          window.newUnit[unit] >= 0
          && window.new.units[Int(window.newUnit[unit])].tokens.contains(other.field)
        let value = window.new.source.spelling(window.new.tokens[other.value])
        return (isNamed || isAligned && declares(value) != true) && !olds.contains(window.new.words[other.value])
      }
      if let other { names[window.new.words[other.value]] = own }
    }
    guard !names.isEmpty else { return conversion }
    var (text, done) = ([UInt8](), 0)
    let source = window.new.source
    for token in window.new.tokens.indices {
      guard !window.new.isMember(token), let name = names[window.new.words[token]] else { continue }
      let range = window.new.tokens[token].range
      text += source.text[done..<range.lowerBound] + Array(name.utf8)
      done = range.upperBound
    }
    text += source.text[done...]
    var changed = conversion
    if changed.written == nil { changed.written = conversion.newText }
    changed.newText = String(decoding: text, as: UTF8.self)
    return changed
  }

  /// Field and value of `.field = value` where both are names.
  private static func element(_ unit: Int, _ code: Code) -> (field: Int, value: Int)? {
    let tokens = code.units[unit].tokens
    let first = tokens.lowerBound
    guard code.units[unit].kind == .element, tokens.count == 4, code.punctuation(at: first) == 0x2E,
      code.tokens[first + 1].kind == .identifier, code.punctuation(at: first + 2) == 0x3D,
      code.tokens[first + 3].kind == .identifier
    else { return nil }
    return (first + 1, first + 3)
  }
}
