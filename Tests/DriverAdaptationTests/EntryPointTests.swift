// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import DriverAdaptation
import KernelModel
import Testing

/// Names of the driver's own that the kernel, or its build, no longer leaves to it.
@Suite struct EntryPointTests {
  private let driver = SourceText(
    """
    /* start() begins */
    int start(void)
    {
    \treturn 0;
    }

    #ifdef OLD
    static int again(void) { return start(); }
    #endif
    struct ops ops = { .start = start };

    """.utf8)

  private func found(_ kind: Break.Kind, _ message: String = "", before: Declaration? = nil) -> Break {
    Break(
      site: Site(file: "foo-bar.o", line: 0), kind: kind, symbol: "start", message: message, before: before,
      after: Declaration(name: "start", kind: .function, text: "void start(void)", site: Site(file: "a.h", line: 1)))
  }

  /// What the search does about a break, as text; nil if nothing.
  private func adapted(_ found: Break, _ driver: SourceText) throws -> String? {
    var search = Search(files: ["a.c": driver], breaks: [found])
    guard case .learn = search.next() else { return nil }
    search.told(rules: [:])
    guard case .attempt(let edits) = search.next() else { return nil }
    return String(decoding: try applying(edits, to: driver).get(), as: UTF8.self)
  }

  @Test func aTakenNameIsReplacedEverywhere() throws {
    let text = try #require(try adapted(found(.nameClash), driver))
    #expect(text.contains("int foo_bar_start(void)\n"))
    #expect(text.contains("{ return foo_bar_start(); }"))
    #expect(text.contains("{ .start = foo_bar_start }"))
    #expect(text.contains("/* start() begins */"))
    // What the old kernel had too is no clash, and neither is what the driver does not define.
    let old = Declaration(name: "start", kind: .function, text: "", site: Site(file: "a.h", line: 1))
    #expect(try adapted(found(.nameClash, before: old), driver) == nil)
    #expect(try adapted(found(.nameClash), SourceText("int x = start();".utf8)) == nil)
  }

  @Test(arguments: [
    "enum state { idle, start = 2 };\nint x = start;\n", "enum { start };\n",
    "struct start { int a; };\nstruct start s;\n",
  ])
  func enumeratorsAndTagsAreTheDriversOwn(_ text: String) throws {
    let result = try #require(try adapted(found(.nameClash), SourceText(text.utf8)))
    #expect(result == text.replacing("start", with: "foo_bar_start"))
  }

  @Test func aVariableCalledAsTheTagStays() throws {
    let text = "struct start { int a; };\nstatic int start;\nstruct start *p = &q->start;\n"
    let result = try #require(try adapted(found(.nameClash), SourceText(text.utf8)))
    #expect(result == "struct foo_bar_start { int a; };\nstatic int start;\nstruct foo_bar_start *p = &q->start;\n")
  }

  @Test func aMacroOfTheKernelsIsAvoidedToo() throws {
    var clash = found(.nameClash)
    clash.after?.kind = .macro
    let text = "enum state { idle, start = 2 };\nint x = start;\n"
    #expect(try adapted(clash, SourceText(text.utf8)) == text.replacing("start", with: "foo_bar_start"))
    // A driver that asks for the name knows of it.
    let asking = "#ifndef start\nstatic int start(void) { return 0; }\n#endif\n"
    #expect(try adapted(clash, SourceText(asking.utf8)) == nil)
  }

  @Test(arguments: [
    "enum m t[] = { start };\n", "int a[] = { start };\n", "struct start s;\n", "struct ops ops = { .start = 1 };\n",
  ])
  func whatIsOnlyUsedIsTheKernels(_ text: String) throws {
    #expect(try adapted(found(.nameClash), SourceText(text.utf8)) == nil)
  }

  @Test func aRefusedEntryPointIsAnnounced() throws {
    let message = "start(): the name start() is refused, use announce(fn) instead"
    let text = try #require(try adapted(found(.buildRule, message), driver))
    #expect(text.contains("int foo_bar_start(void)\n{\n\treturn 0;\n}\nannounce(foo_bar_start);\n\n"))
    let other = "start(): the name begin() is refused, use announce(fn) instead"
    #expect(try adapted(found(.buildRule, other), driver) == nil)
    #expect(try adapted(found(.buildRule, "start(): unreachable instruction"), driver) == nil)
    // The caller may know whose advice it is.
    var known = found(.buildRule, other)
    known.after = Declaration(name: "tell", kind: .macro, text: "tell", site: Site(file: "a.h", line: 1))
    #expect(try #require(try adapted(known, driver)).contains("\ntell(foo_bar_start);\n"))
  }

  /// A function that nobody else names needs no declaration.
  @Test func anAnnouncedFunctionIsTheFilesOwn() throws {
    let message = "start(): the name start() is refused, use announce(fn) instead"
    for (own, head) in [("int __init start(void)", "static int __init"), ("static int start(void)", "static int")] {
      let text = try #require(try adapted(found(.buildRule, message), SourceText("\(own)\n{\n}\n".utf8)))
      #expect(text == "\(head) foo_bar_start(void)\n{\n}\nannounce(foo_bar_start);\n")
    }
  }
}
