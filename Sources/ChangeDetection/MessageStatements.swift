// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// What a commit's message asks of the users of an API and no declaration shows.
package enum MessageStatements {
  /// Sentences that name a function and say what those who call it, or provide it, have to do now.
  ///
  /// - Parameters:
  ///   - known: names that a declaration shows to have changed: these need no words.
  ///   - site: where the change can be seen.
  package static func changes(in message: String, besides known: Set<String>, site: Site) -> [APIChange] {
    let demand = /(?i)\b(?:callers|drivers|users|modules)(?: of \w+\(\))?(?: now)? (?:must|have to|need to)\b/
    var seen: Set<String> = []
    return sentences(message).compactMap { sentence in
      guard sentence.contains(demand),
        let name = sentence.firstMatch(of: /\b([A-Za-z_]\w*)\(\)/).map({ String($0.1) }), !known.contains(name),
        seen.insert(name).inserted
      else { return nil }
      return APIChange(kind: .semantic, symbol: name, site: site, isPublic: true, statement: sentence)
    }
  }

  /// Of the prose above the trailers, each on one line, of a length that people read.
  private static func sentences(_ message: String) -> [String] {
    let paragraphs = message.replacing("\r", with: "").split(separator: "\n\n").dropFirst()
    let prose = paragraphs.filter { !$0.contains(/(?m)^(?:\s|[A-Z][\w-]+-by:|Link:|Fixes:)/) }
    return prose.flatMap { paragraph in
      let line = paragraph.split(whereSeparator: \.isNewline).joined(separator: " ")
      return line.replacing(#/([.!?]) +/#) { "\($0.output.1)\n" }.split(separator: "\n").map(String.init)
    }.filter { $0.count <= 400 }
  }
}
