// SPDX-License-Identifier: GPL-2.0-or-later

import Dispatch
import Foundation
import Synchronization

/// Says on standard error what is being done, once it has taken two seconds.
///
/// On a terminal the line is redrawn and wiped at the end; elsewhere each step that lasts is one line.
final class ProgressLine: Sendable {
  private struct State {
    var current: String?
    var since = DispatchTime.now()
    var shown = false
  }
  private let state = Mutex(State())
  private nonisolated(unsafe) let timer: any DispatchSourceTimer
  private let quiet: Bool

  init(quiet: Bool = false) {
    self.quiet = quiet
    timer = DispatchSource.makeTimerSource(queue: .global())
    timer.schedule(deadline: .now() + 1, repeating: 0.5)
    timer.setEventHandler { [weak self] in self?.tick() }
    timer.resume()
  }

  /// What runs now; nil when nothing does.
  func announce(_ what: String?) {
    state.withLock { state in
      if state.shown, Terminal.isInteractive { erase() }
      if state.current != what {
        state = State(current: what)
        if let what, Terminal.verbose { Terminal.say(what) }
      }
    }
  }

  /// Wipes the line; nothing is shown afterwards.
  func finish() {
    timer.cancel()
    announce(nil)
  }

  private func tick() {
    state.withLock { state in
      guard !quiet, !Terminal.verbose, let what = state.current else { return }
      let seconds = Double(DispatchTime.now().uptimeNanoseconds - state.since.uptimeNanoseconds) / 1e9
      guard seconds >= 2 else { return }
      if Terminal.isInteractive {
        erase()
        FileHandle.standardError.write(Data("\(what) … \(Int(seconds)) s".utf8))
      } else if !state.shown {
        Terminal.say("\(what) …")
      }
      state.shown = true
    }
  }

  private func erase() { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
}
