// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import MailFormat
import PatchFormat

/// One mail of a series.
package struct PatchMail: Sendable, Hashable {
  /// 0 for the cover letter, else the patch's place in the series, from 1.
  package var number: Int
  package var message: Message
  /// Nil for the cover letter. Its `message` is the commit message.
  package var patch: Patch?
}

/// Writes the series for a report: a cover letter when there are two or more patches, then the patches.
///
/// Without a cover letter the first patch says below its `---` what that would have said.
///
/// - Parameter withCover: plain `git am` stops at a cover letter ("Patch is empty"); leave it out where that matters.
/// - Throws: `Failure` (`ourFault`) for a report without patches, or with too little that can't be guessed.
package func renderSeries(
  _ report: SeriesReport, templates: Templates, withCover: Bool = true
) throws(Failure) -> [PatchMail] {
  guard !report.patches.isEmpty else { throw Failure(.ourFault, report.driver.name, "has no patches to tell of") }
  guard report.posting.random.count >= 24, report.posting.random.allSatisfy(\.isHexDigit) else {
    throw Failure(.ourFault, report.driver.name, "has too few random digits for its message ids")
  }
  return SeriesRenderer(
    report: report, templates: templates, hasCover: withCover && report.patches.count > 1
  ).mails
}

/// The mails as one file that `git am`, `b4` and mail readers take.
package func mbox(_ mails: [PatchMail]) -> [UInt8] { Mbox.bytes(mails.map(\.message)) }

/// The mails as the files of a Maildir's folder `new`, in the order of the series.
///
/// - Parameter host: name of this machine, for the file names.
package func maildir(_ mails: [PatchMail], posting: Posting, host: String) -> [(name: String, bytes: [UInt8])] {
  mails.map { mail in
    let name = Maildir.fileName(date: posting.date, number: mail.number, random: posting.random, host: host)
    return (name, mail.message.bytes)
  }
}

private struct SeriesRenderer {
  let report: SeriesReport
  let templates: Templates
  let hasCover: Bool

  var mails: [PatchMail] {
    let series = self.series
    var mails: [PatchMail] = []
    if let cover = series.cover {
      let body = cover.mailBody(series: series, total: report.total, author: authorName, signature: signature)
      mails.append(mail(0, series, title: cover.title, body: body, patch: nil))
    }
    for (index, patch) in series.patches.enumerated() {
      let isFirstMail = index == 0 && series.cover == nil
      let body = patch.mailBody(footer: isFirstMail ? series.footer : "", signature: signature)
      mails.append(mail(index + 1, series, title: patch.title, body: body, patch: patch))
    }
    return mails
  }

  private var series: Series {
    let values = SeriesValues(report: report)
    let patches = report.patches.enumerated().map { index, patch in
      Patch(
        title: Titles.patch(patch, report), text: templates.render("commit", values.commit(patch)),
        trailers: trailers(patch),
        notes: hasCover || index > 0 ? "" : templates.render("notes", values.series), files: patch.files)
    }
    let cover =
      hasCover ? CoverLetter(title: Titles.cover(report), text: templates.render("cover", values.series)) : nil
    return Series(
      version: report.posting.version, changeID: changeID, base: report.base, cover: cover, patches: patches)
  }

  /// No `Signed-off-by`: only a person can certify the Developer Certificate of Origin.
  private func trailers(_ patch: PatchReport) -> [Trailer] {
    var links: [String] = []
    for link in patch.changes.compactMap({ $0.cause?.link }) where !links.contains(link) { links.append(link) }
    let assisted = report.assistedBy.map { [Trailer("Assisted-by", PlainText.line($0))] } ?? []
    return links.map { Trailer("Link", PlainText.line($0)) } + assisted
  }

  private func mail(_ number: Int, _ series: Series, title: String, body: [UInt8], patch: Patch?) -> PatchMail {
    let posting = report.posting
    var fields = [HeaderField("From", posting.author.header)]
    if !posting.to.isEmpty { fields.append(HeaderField("To", posting.to.map(\.header).joined(separator: ", "))) }
    if !posting.cc.isEmpty { fields.append(HeaderField("Cc", posting.cc.map(\.header).joined(separator: ", "))) }
    let first = series.cover == nil ? 1 : 0
    let date = MailDate(seconds: posting.date.seconds + number - first, offset: posting.date.offset)
    fields += [
      HeaderField("Subject", series.subject(number, title: title)), HeaderField("Date", date.description),
      HeaderField("Message-ID", messageID(number).description),
    ]
    if number != first {
      let root = messageID(first).description
      fields += [HeaderField("In-Reply-To", root), HeaderField("References", root)]
    }
    fields += [
      HeaderField("X-Change-ID", changeID.description), HeaderField("X-Mailer", report.tools.first ?? "kmend"),
    ]
    return PatchMail(
      number: number, message: Message(fields: fields, body: body, charset: charset(body, patch)), patch: patch)
  }

  /// UTF-8, but for a diff of a file in another encoding whose message is plain ASCII: there Latin-1 shows most of it.
  private func charset(_ body: [UInt8], _ patch: Patch?) -> String {
    guard let patch, String(validating: body, as: UTF8.self) == nil else { return "utf-8" }
    return (patch.message + patch.notes).utf8.allSatisfy { $0 < 0x80 } ? "iso-8859-1" : "utf-8"
  }

  private func messageID(_ number: Int) -> MessageID {
    let posting = report.posting
    return MessageID(
      stem: "\(posting.date.digits)-\(slug)", version: posting.version, number: number,
      random: String(posting.random.dropFirst(12)), domain: posting.domain)
  }

  private var changeID: ChangeID {
    report.posting.changeID
      ?? ChangeID(date: report.posting.date.digits, subject: slug, random: report.posting.random)
  }

  private var slug: String { ChangeID.slug("\(report.driver.name)-\(report.to.name)") }
  private var authorName: String {
    report.posting.author.name.isEmpty ? report.posting.author.address : report.posting.author.name
  }
  private var signature: String { report.tools.first ?? "kmend" }
}
