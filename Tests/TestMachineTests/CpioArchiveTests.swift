// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Sandbox
import TestMachine
import TestSupport
import Testing

@Suite struct CpioArchiveTests {
  @Test func cpioUnpacksWhatWasPacked() async throws {
    var archive = CpioArchive()
    archive.addFolder("bin")
    archive.addFile("bin/tool", Array("#!/bin/sh\n".utf8), executable: true)
    archive.addLink("bin/sh", to: "tool")
    archive.addFile("odd", [1, 2, 3])
    archive.addFile("empty", [])
    archive.finish()
    #expect(archive.bytes.count % 4 == 0)
    let list = try await Containment().run(
      Command("cpio", ["-tv", "--quiet", "-n"], place: .contained(View()), input: archive.bytes))
    #expect(list.succeeded, "\(list.errorText)")
    let lines = list.text.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
    #expect(lines.map { $0[0] } == ["drwxr-xr-x", "-rwxr-xr-x", "lrwxrwxrwx", "-rw-r--r--", "-rw-r--r--"])
    #expect(lines.map { $0[4] } == ["0", "10", "4", "3", "0"])
    #expect(lines.map { $0[8] } == ["bin", "bin/tool", "bin/sh", "odd", "empty"])
    let odd = try await Containment().run(
      Command("cpio", ["-i", "--to-stdout", "--quiet", "odd"], place: .contained(View()), input: archive.bytes))
    #expect(odd.output == [1, 2, 3])
  }
}

@Suite struct ModuleObjectTests {
  @Test(arguments: [[], [0x7f, 0x45, 0x4c, 0x46, 2, 1], Array("no module at all".utf8)] as [[UInt8]])
  func whatIsNoModuleSaysNothing(bytes: [UInt8]) { #expect(ModuleObject(bytes) == ModuleObject([])) }

  /// The smallest file that has the section: header, section names, `.modinfo`, two section headers.
  private func object(_ modinfo: [String]) -> [UInt8] {
    let names = Array("\0.modinfo\0".utf8)
    let text = Array(modinfo.map { $0 + "\0\0" }.joined().utf8)
    func number(_ value: Int, _ width: Int) -> [UInt8] { (0..<width).map { UInt8(value >> (8 * $0) & 255) } }
    let start = 64 + names.count
    var bytes: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1] + Array(repeating: 0, count: 58) + names + text
    let table = bytes.count
    for (name, offset, size) in [(0, 64, names.count), (1, start, text.count)] {
      bytes += number(name, 4) + Array(repeating: 0, count: 20) + number(offset, 8) + number(size, 8)
      bytes += Array(repeating: 0, count: 24)
    }
    bytes.replaceSubrange(0x28..<0x30, with: number(table, 8))
    bytes.replaceSubrange(0x3c..<0x40, with: number(2, 2) + number(0, 2))
    return bytes
  }

  @Test func readsNameAndNeeds() {
    let read = ModuleObject(
      object(["license=GPL", "name=foo", "depends=mc,video-dev", "softdep=pre: a b post: c", "x"]))
    #expect(read.name == "foo")
    #expect(read.depends == ["mc", "video-dev"])
    #expect(read.loadsAfter == ["a", "b"])
    #expect(ModuleObject(object(["depends="])).depends == [])
  }

  @Test func survivesAnyCutAndAnyFlippedByte() {
    let whole = object(["name=foo", "depends=mc"])
    for end in whole.indices { _ = ModuleObject(Array(whole[..<end])) }
    for index in whole.indices {
      var broken = whole
      broken[index] ^= 0xff
      _ = ModuleObject(broken)
    }
  }
}
