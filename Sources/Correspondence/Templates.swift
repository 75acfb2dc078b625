// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import Mustache

/// The wording of mails and commit messages: Mustache templates, which a user may replace one by one.
package struct Templates: Sendable {
  /// Their names; each lies in `Templates/NAME.mustache`, and `Templates/README.md` says what they may use.
  package static let names = ["cover", "commit", "notes", "evidence"]

  private let library: MustacheLibrary

  /// - Parameter texts: the text of each template by its name; all of `names` are needed.
  /// - Throws: `Failure` (`badInput`) for a template that is missing or wrong.
  package init(_ texts: [String: String]) throws(Failure) {
    var library = MustacheLibrary()
    for name in Self.names {
      guard let text = texts[name] else {
        throw Failure(.badInput, "template \(name)", "is missing", remedy: "put \(name).mustache beside the others")
      }
      guard text.hasPrefix("{{% CONTENT_TYPE:TEXT}}") else {
        throw Failure(
          .badInput, "template \(name)", "does not begin with {{% CONTENT_TYPE:TEXT}}",
          remedy: "add that line, or the text is escaped for HTML")
      }
      do {
        try library.register(text, named: name)
      } catch {
        throw Failure(.badInput, "template \(name)", "can't be read: \(error)")
      }
    }
    self.library = library
  }

  /// The template with these values, laid out.
  func render(_ name: String, _ values: [String: Any]) -> String {
    TextFill.fill(library.render(values, withTemplate: name) ?? "")
  }
}
