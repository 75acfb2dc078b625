// SPDX-License-Identifier: GPL-2.0-or-later

/// Many messages in one file, in the mboxrd form that b4 writes and git reads.
///
/// Our own messages hold no line that any form of mbox would alter (see `TransferEncoding.choose`), so the same bytes are
/// right for readers of mboxo, mboxrd and for plain `git am`.
package enum Mbox {
  /// The file.
  package static func bytes(_ messages: [Message]) -> [UInt8] {
    var bytes: [UInt8] = []
    for message in messages {
      bytes += "From mboxrd@z Thu Jan  1 00:00:00 1970\n".utf8
      let lines = message.bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
      for (index, line) in lines.enumerated() {
        if isAltered(line) { bytes.append(0x3E) }
        bytes += line
        if index + 1 < lines.count { bytes.append(0x0A) }
      }
      if bytes.last != 0x0A { bytes.append(0x0A) }
      bytes.append(0x0A)
    }
    return bytes
  }

  /// The messages of a file: mboxrd, or mboxo without lines that were quoted before they were written.
  package static func messages(_ bytes: [UInt8]) -> [Message] {
    var texts: [[UInt8]] = []
    var wasEmpty = true
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      if wasEmpty, line.starts(with: "From ".utf8) {
        texts.append([])
      } else if !texts.isEmpty {
        texts[texts.count - 1] += line.first == 0x3E && isAltered(line) ? line.dropFirst() : line
        texts[texts.count - 1].append(0x0A)
      }
      wasEmpty = line.isEmpty || line == [0x0D]
    }
    // Behind the file's last line feed the split sees an empty line that is none.
    if !texts.isEmpty, bytes.last == 0x0A { texts[texts.count - 1].removeLast() }
    return texts.map { text in
      // The empty line between messages is the file's, not the message's.
      Message(parsing: text.suffix(2) == [0x0A, 0x0A] ? text.dropLast() : text)
    }
  }

  /// True for a line `From …`, `>From …`, `>>From …`: those that writers and readers of mailboxes alter.
  static func isAltered(_ line: some Collection<UInt8>) -> Bool {
    line.drop { $0 == 0x3E }.starts(with: "From ".utf8)
  }
}
