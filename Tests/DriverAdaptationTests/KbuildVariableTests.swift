// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import DriverAdaptation
import KernelModel
import Testing

/// Variables that the new Kbuild no longer takes, in a driver's build files.
@Suite struct KbuildVariableTests {
  static let variables = KbuildVariables(
    old: [SourceText("flags-y += $(X_FLAGS)\n".utf8)], new: [SourceText("all-flags = $(flags-y)\n".utf8)])

  @Test(arguments: [
    ("X_FLAGS += -DA\n", "flags-y += -DA\n"),
    // A tab before any rule only indents.
    (
      "ifneq ($(A),)\n\tX_FLAGS += -DA\n\tifeq ($(B),y)\n\t\tX_FLAGS += -DB\n\tendif\nelse\nall:\n\techo $(X_FLAGS)\nendif\n",
      "ifneq ($(A),)\n\tflags-y += -DA\n\tifeq ($(B),y)\n\t\tflags-y += -DB\n\tendif\nelse\nall:\n\techo $(X_FLAGS)\nendif\n"
    ),
    // What a recipe says is for a shell, over several lines too; an assignment ends it.
    (
      "all: a b\n\t$(MAKE) a \\\n  X_FLAGS=1\n# no\n\n\techo X_FLAGS\nC := 1\n\tX_FLAGS += -DA\n",
      "all: a b\n\t$(MAKE) a \\\n  X_FLAGS=1\n# no\n\n\techo X_FLAGS\nC := 1\n\tflags-y += -DA\n"
    ),
    ("C = a:b\n\tX_FLAGS += -DA\n", "C = a:b\n\tflags-y += -DA\n"),
    ("MY_X_FLAGS = 1 # X_FLAGS\n", nil),
  ])
  func aLineIsMendedWhereMakeReadsIt(text: String, expected: String?) throws {
    let source = SourceText(text.utf8)
    let found = Self.variables.edits(["Makefile": source])
    let edited = try applying(found.flatMap(\.edits), to: source).get()
    #expect(String(decoding: edited, as: UTF8.self) == expected ?? text)
    #expect(found.isEmpty == (expected == nil))
  }
}
