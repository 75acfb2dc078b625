// SPDX-License-Identifier: GPL-2.0-or-later

import CFuzzer
import Glibc

// libFuzzer's own options, and the reader that it feeds in KMEND_READER: see Deploy/fuzz.
guard let name = getenv("KMEND_READER"), let reader = Reader(rawValue: String(cString: name)) else {
  print("KMEND_READER is none of \(Reader.allCases.map(\.rawValue).joined(separator: ", "))")
  exit(64)
}
Reader.chosen = reader
var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
exit(
  LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
    Reader.chosen.read([UInt8](UnsafeBufferPointer(start: bytes, count: count)))
    return 0
  })
