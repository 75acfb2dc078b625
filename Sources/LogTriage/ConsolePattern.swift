// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// How the kernel begins to complain. Wordings of 5.10 to 7.x; the kernel is the only one that they are known of.
struct ConsolePattern {
  enum Place { case start, anywhere }
  var kind: ConsoleEvent.Kind
  var severity: Finding.Severity
  var place: Place
  var text: [UInt8]
  /// Registers and a trace may follow, which belong to it.
  var hasTrace: Bool

  private init(
    _ kind: ConsoleEvent.Kind, _ severity: Finding.Severity, _ place: Place, _ text: String, trace: Bool = true
  ) {
    self.kind = kind
    self.severity = severity
    self.place = place
    self.text = Array(text.utf8)
    hasTrace = trace
  }

  func matches(_ line: [UInt8]) -> Bool {
    switch place {
    case .start: line.starts(with: text)
    case .anywhere: ConsoleText.find(text, in: line) != nil
    }
  }

  /// The first that matches counts.
  static let all: [Self] = [
    .init(.panic, .fatal, .start, "Kernel panic - not syncing"),
    .init(.kasan, .error, .start, "BUG: KASAN:"), .init(.kasan, .error, .start, "BUG: KFENCE:"),
    .init(.kasan, .error, .start, "BUG: KMSAN:"), .init(.kasan, .error, .start, "BUG: KCSAN:"),
    .init(.softLockup, .error, .anywhere, "BUG: soft lockup"),
    .init(.hardLockup, .error, .anywhere, "hard LOCKUP"), .init(.hardLockup, .error, .anywhere, "Hard LOCKUP"),
    .init(.hungTask, .error, .start, "BUG: workqueue lockup"),
    .init(.oops, .fatal, .start, "BUG: kernel NULL pointer dereference"),
    .init(.oops, .fatal, .start, "BUG: unable to handle"), .init(.oops, .fatal, .start, "BUG: stack guard page"),
    .init(.oops, .fatal, .start, "BUG: TASK stack guard page"),
    .init(.oops, .fatal, .start, "general protection fault"), .init(.oops, .fatal, .start, "stack segment:"),
    .init(.oops, .fatal, .start, "divide error:"), .init(.oops, .fatal, .start, "invalid opcode:"),
    .init(.oops, .fatal, .start, "int3:"), .init(.oops, .fatal, .start, "double fault:"),
    .init(.oops, .fatal, .start, "traps: Missing ENDBR"), .init(.oops, .fatal, .start, "kernel tried to execute NX"),
    .init(.oops, .fatal, .start, "Oops:"), .init(.bug, .fatal, .start, "kernel BUG at"),
    .init(.memory, .error, .start, "BUG: Bad page"), .init(.memory, .error, .start, "BUG: Bad rss-counter"),
    .init(.bug, .error, .start, "BUG: "),
    .init(.memory, .error, .anywhere, "): Objects remaining"),
    .init(.memory, .error, .anywhere, "): Poison overwritten"),
    .init(.memory, .error, .anywhere, "zone overwritten"), .init(.memory, .error, .anywhere, "): Object already free"),
    .init(.lockdep, .error, .start, "WARNING: possible "),
    .init(.lockdep, .error, .start, "WARNING: inconsistent lock"),
    .init(.lockdep, .error, .start, "WARNING: suspicious RCU"),
    .init(.lockdep, .error, .start, "WARNING: bad unlock balance"),
    .init(.lockdep, .error, .start, "WARNING: lock held when returning"),
    .init(.lockdep, .error, .start, "WARNING: held lock freed"),
    .init(.lockdep, .error, .start, "INFO: trying to register non-static key"),
    .init(.warning, .error, .start, "WARNING: "), .init(.warning, .error, .start, "INFO: lockdep is turned off"),
    .init(.ubsan, .error, .start, "UBSAN: "),
    .init(.rcuStall, .error, .anywhere, "detected stalls on CPUs/tasks"),
    .init(.rcuStall, .error, .anywhere, "self-detected stall on CPU"),
    .init(.rcuStall, .error, .anywhere, "detected expedited stalls"),
    .init(.hungTask, .error, .anywhere, " blocked for more than "),
    .init(.hungTask, .error, .anywhere, "unregister_netdevice: waiting for ", trace: false),
    .init(.unknownSymbol, .error, .anywhere, ": Unknown symbol ", trace: false),
    .init(.unknownSymbol, .error, .anywhere, ": Unknown rodata symbol", trace: false),
    .init(.symbolVersion, .error, .anywhere, ": disagrees about version of symbol ", trace: false),
    .init(.symbolVersion, .error, .anywhere, ": no symbol version for ", trace: false),
    .init(.moduleFormat, .error, .anywhere, ": version magic '", trace: false),
    .init(.moduleFormat, .error, .start, "Invalid ELF ", trace: false),
    .init(.moduleFormat, .error, .anywhere, "Invalid module format", trace: false),
    .init(.moduleFormat, .error, .anywhere, ".gnu.linkonce.this_module section", trace: false),
    .init(.moduleFormat, .error, .anywhere, ": Unknown relocation", trace: false),
    .init(.moduleFormat, .error, .anywhere, "Invalid relocation target", trace: false),
    .init(.moduleRefused, .error, .anywhere, ": exports duplicate symbol ", trace: false),
    .init(.moduleRefused, .error, .anywhere, ", but does not import it", trace: false),
    .init(.moduleRefused, .warning, .anywhere, "->init suspiciously returned "),
    .init(.signature, .error, .anywhere, "unsigned module loading is restricted", trace: false),
    .init(.signature, .error, .anywhere, "Loading of unsigned module is rejected", trace: false),
    .init(.signature, .error, .anywhere, "Loading of module with unavailable key is rejected", trace: false),
    .init(.duplicate, .error, .start, "sysfs: cannot create duplicate filename"),
    .init(.duplicate, .error, .anywhere, "don't try to register things with the same name"),
    .init(.outOfMemory, .error, .start, "Out of memory: "),
    .init(.outOfMemory, .error, .anywhere, "invoked oom-killer"),
    .init(.outOfMemory, .warning, .anywhere, "page allocation failure: order"),
    .init(.lostMessages, .note, .anywhere, "printk messages dropped", trace: false),
  ]
}
