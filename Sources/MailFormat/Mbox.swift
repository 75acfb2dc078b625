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
    bytes.withUnsafeBytes { bytes in
      ranges(in: bytes).map { Message(parsing: entry(bytes[$0]).text) }
    }
  }

  /// Where each message stands, its `From ` line included: for files that are too large to be read at once.
  package static func ranges(in bytes: UnsafeRawBufferPointer) -> [Range<Int>] {
    let mark = Array("From ".utf8)
    var starts: [Int] = []
    var (line, wasEmpty) = (0, true)
    while line < bytes.count {
      let end = bytes[line...].firstIndex(of: 0x0A) ?? bytes.count
      if wasEmpty, bytes[line..<end].starts(with: mark) { starts.append(line) }
      wasEmpty = end == line || end == line + 1 && bytes[line] == 0x0D
      line = end + 1
    }
    return zip(starts, starts.dropFirst() + [bytes.count]).map { $0..<$1 }
  }

  /// A message with its `From ` line, which is told apart, as it was before it was put into a file.
  package static func entry(_ bytes: some Collection<UInt8>) -> (envelope: [UInt8], text: [UInt8]) {
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)[...]
    let envelope = lines.popFirst().map { Array($0) } ?? []
    var text: [UInt8] = []
    for line in lines {
      text += line.first == 0x3E && isAltered(line) ? line.dropFirst() : line
      text.append(0x0A)
    }
    // Behind the last line feed the split sees an empty line that is none.
    if !text.isEmpty { text.removeLast() }
    // The empty line between messages is the file's, not the message's.
    if text.suffix(2) == [0x0A, 0x0A] { text.removeLast() }
    return (envelope, text)
  }

  /// True for a line `From …`, `>From …`, `>>From …`: those that writers and readers of mailboxes alter.
  static func isAltered(_ line: some Collection<UInt8>) -> Bool {
    line.drop { $0 == 0x3E }.starts(with: "From ".utf8)
  }
}
