// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Where the lines of a file begin; lines end with `\n`.
package struct LineTable: Sendable {
  /// Byte offset of the first byte of each line.
  package let starts: [Int]
  /// Length of the file in bytes.
  package let length: Int

  package init(_ text: SourceText) {
    var starts = [0]
    text.withUnsafeBufferPointer { bytes in
      for (offset, byte) in bytes.enumerated() where byte == 0x0A { starts.append(offset + 1) }
    }
    self.starts = starts
    length = text.count
  }

  /// Line of a byte offset, from 1.
  package func line(of offset: Int) -> Int {
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] <= offset { low = middle + 1 } else { high = middle }
    }
    return max(low, 1)
  }

  /// Column of a byte offset in its line, in bytes from 1.
  package func column(of offset: Int) -> Int { offset - starts[line(of: offset) - 1] + 1 }

  /// Bytes of a line with its line end; empty for a line that the file does not have.
  package func range(ofLine line: Int) -> Range<Int> {
    guard line >= 1, line <= starts.count else { return length..<length }
    return starts[line - 1]..<(line < starts.count ? starts[line] : length)
  }

  /// Byte offset of a line and column, both from 1; nil if the file does not reach that far.
  package func offset(line: Int, column: Int) -> Int? {
    guard line >= 1, line <= starts.count, column >= 1 else { return nil }
    let offset = starts[line - 1] + column - 1
    return offset <= length ? offset : nil
  }
}
