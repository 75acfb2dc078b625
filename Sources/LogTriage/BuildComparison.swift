// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// What one build found that another did not.
package enum FindingComparison {
  /// Findings of `new` that `old` does not have, whatever their lines: the same words about the same file count as one,
  /// as often as they stand there. Notes are left out.
  package static func added(old: [Finding], new: [Finding]) -> [Finding] {
    var known: [Key: Int] = [:]
    for finding in old where finding.severity != .note { known[Key(finding), default: 0] += 1 }
    return new.filter { finding in
      guard finding.severity != .note else { return false }
      let key = Key(finding)
      guard let count = known[key], count > 0 else { return true }
      known[key] = count - 1
      return false
    }
  }

  /// A finding without its line, and without numbers that stand for lines in its message.
  private struct Key: Hashable {
    var tool: String
    var file: String
    var message: String

    init(_ finding: Finding) {
      tool = finding.tool
      file = finding.site?.file ?? ""
      var message = ""
      var isNumber = false
      var before: Character = " "
      for character in finding.message {
        // `at line 12`, `foo.c:12:3`: the number follows a blank or a colon and stands for a place.
        if character.isNumber, isNumber || before == ":" || message.hasSuffix("line ") {
          if !isNumber { message.append("#") }
          isNumber = true
        } else {
          isNumber = false
          message.append(character)
        }
        before = character
      }
      self.message = message
    }
  }
}
