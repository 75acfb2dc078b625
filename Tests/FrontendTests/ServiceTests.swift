// SPDX-License-Identifier: GPL-2.0-or-later

import CFrontend
import CFrontendProtocol
import ClangIndex
import Foundation
import TestSupport
import Testing

@Suite struct ServiceTests {
  @Test(arguments: [
    "", "{", "null", "[]", "{}", "\u{0}", #"{"id":1}"#, #"{"id":1,"verb":"fly","unit":"a"}"#,
    #"{"id":1,"verb":"open","unit":"a"}"#, #"{"id":1,"verb":"reparse","unit":"a"}"#,
    #"{"id":1,"verb":"open","unit":"a","file":"/a.c","directory":"/","arguments":[],"overlays":{"/a.c":"\u0100"}}"#,
    #"{"id":99999999999999999999,"verb":"close","unit":"a"}"#, String(repeating: "[", count: 100_000),
  ])
  func badRequestsAreAnswered(_ line: String) throws {
    let answer = FrontendService().answer(line: Array(line.utf8))
    let decoded = try JSONDecoder().decode(FrontendAnswer.self, from: Data(answer))
    #expect(decoded.error != nil)
    #expect(!answer.contains(0x0A))
  }

  @Test func bytesThatAreNoTextAreAnswered() throws {
    let answer = FrontendService().answer(line: [0xFF, 0xFE, 0x00, 0x7B])
    #expect(try JSONDecoder().decode(FrontendAnswer.self, from: Data(answer)).error != nil)
  }

  @Test func moreUnitsThanFitComeBackByThemselves() throws {
    let service = FrontendService(activeLimit: 1, openLimit: 2)
    func ask(_ request: FrontendRequest) throws -> FrontendAnswer {
      let answer = service.answer(line: Array(try JSONEncoder().encode(request)))
      return try JSONDecoder().decode(FrontendAnswer.self, from: Data(answer))
    }
    for number in 0..<5 {
      let answer = try ask(
        FrontendRequest(
          id: number, verb: .open, unit: "u\(number)", file: "/u\(number).c", directory: "/", arguments: [],
          overlays: ["/u\(number).c": "int name\(number) = none;\n"]))
      #expect(answer.diagnostics?.count == 1)
    }
    for number in [0, 4, 2, 0, 3, 1] {
      let answer = try ask(FrontendRequest(id: 9, verb: .lookup, unit: "u\(number)", names: ["name\(number)"]))
      #expect(answer.declarations?.map(\.name) == ["name\(number)"])
      let again = try ask(
        FrontendRequest(
          id: 9, verb: .reparse, unit: "u\(number)", overlays: ["/u\(number).c": "int a = none; int b = none;\n"]))
      #expect(again.diagnostics?.count == 2)
      let back = try ask(
        FrontendRequest(
          id: 9, verb: .reparse, unit: "u\(number)", overlays: ["/u\(number).c": "int name\(number) = none;\n"]))
      #expect(back.diagnostics?.count == 1)
    }
    #expect(try ask(FrontendRequest(id: 10, verb: .close, unit: "u0")).error == nil)
    #expect(try ask(FrontendRequest(id: 11, verb: .lookup, unit: "u0", names: [])).error != nil)
  }
}

@Suite struct ClangArgumentsTests {
  @Test func kbuildsArgumentsAreTranslated() throws {
    let arguments = try goldenText("Frontend/kbuild-6.12.args").split(separator: "\n").map(String.init)
    try expectGolden(
      ClangArguments.translate(arguments).joined(separator: "\n") + "\n", "Frontend/kbuild-6.12.translated")
  }
}
