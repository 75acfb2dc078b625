// SPDX-License-Identifier: GPL-2.0-or-later

import Diagnosis
import KernelModel
import Testing

@Suite struct BuildFindingsTests {
  /// The wording of gcc 12 and 14.
  @Test(arguments: [
    ("implicit declaration of function ‘strfoo’; did you mean ‘strbar’? [-Werror=x]", "function-gone strfoo"),
    ("‘no_foo’ undeclared here (not in a function); did you mean ‘noop_foo’?", "name-gone no_foo"),
    ("‘struct uart_foo’ has no member named ‘xmit’", "field-gone xmit in struct uart_foo"),
    ("‘const struct a’ has no member named ‘b’; did you mean ‘c’?", "field-gone b in struct a"),
    ("too few arguments to function ‘dm_foo’", "arguments dm_foo"), ("unknown type name ‘foo_t’", "type-gone foo_t"),
    ("conflicting types for ‘foo’; have ‘int(int)’", "name-clash foo"), ("redefinition of ‘foo’", "name-clash foo"),
    (
      "initialization of ‘int (*)(int)’ from incompatible pointer type ‘int (*)(void)’ [-Werror=x]",
      "callback-prototype "
    ),
    ("the frame size of 4112 bytes is larger than 2048 bytes", "other "),
  ])
  func whatOnlyGccSaysIsABreak(_ message: String, _ expected: String) {
    let finding = Finding(tool: "gcc", severity: .error, site: Site(file: "a.c", line: 3), message: message)
    let breaks = buildBreaks(old: [], new: [finding], seen: [])
    #expect(breaks.map { "\($0.kind.rawValue) \($0.symbol)\($0.container.map { " in \($0)" } ?? "")" } == [expected])
    #expect(buildBreaks(old: [finding], new: [finding], seen: breaks).isEmpty)
    #expect(buildBreaks(old: [], new: [finding, finding], seen: breaks).isEmpty)
  }
}
