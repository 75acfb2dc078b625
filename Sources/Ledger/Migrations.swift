// SPDX-License-Identifier: GPL-2.0-or-later

import GRDB

extension LedgerStore {
  /// In their order; what stands here was run somewhere, and is never edited.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { db in try db.execute(sql: first) }
    migrator.registerMigration("2") { db in try db.execute(sql: second) }
    return migrator
  }

  private static let first = """
    CREATE TABLE setting(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

    -- A tree or list that could not be read at the last look, and why.
    CREATE TABLE trouble(source TEXT PRIMARY KEY, problem TEXT NOT NULL, since INTEGER NOT NULL) WITHOUT ROWID;

    -- A ref of a watched tree: where it was last seen, whether it is gone since, and how often it moved.
    CREATE TABLE ref(
      tree TEXT NOT NULL, name TEXT NOT NULL, tip TEXT NOT NULL, gone INTEGER NOT NULL DEFAULT 0,
      moves INTEGER NOT NULL, seconds INTEGER NOT NULL, PRIMARY KEY(tree, name)) WITHOUT ROWID;

    CREATE TABLE job(
      id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, key TEXT NOT NULL, source TEXT NOT NULL,
      title TEXT NOT NULL, input TEXT NOT NULL, state TEXT NOT NULL, step TEXT NOT NULL DEFAULT '', attempts INTEGER NOT NULL DEFAULT 0,
      crashes INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL,
      problem TEXT NOT NULL DEFAULT '', result TEXT NOT NULL DEFAULT '', UNIQUE(kind, key));
    CREATE INDEX job_due ON job(state, due);
    CREATE INDEX job_source ON job(source, state);

    -- A patch is one change, in however many trees it is seen.
    CREATE TABLE patch(
      id INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL UNIQUE, upstream TEXT, subject TEXT NOT NULL,
      author TEXT NOT NULL, seconds INTEGER NOT NULL);
    CREATE INDEX patch_upstream ON patch(upstream);
    CREATE TABLE change(
      patch INTEGER NOT NULL REFERENCES patch ON DELETE CASCADE, number INTEGER NOT NULL, symbol TEXT NOT NULL,
      kind TEXT NOT NULL, public INTEGER NOT NULL, content BLOB NOT NULL, PRIMARY KEY(patch, number)) WITHOUT ROWID;
    CREATE INDEX change_symbol ON change(symbol);
    -- A commit of a tree; patch is NULL where it changed nothing of the API.
    CREATE TABLE sighting(
      tree TEXT NOT NULL, id TEXT NOT NULL, patch INTEGER REFERENCES patch ON DELETE CASCADE, state TEXT NOT NULL,
      release TEXT, seconds INTEGER NOT NULL, PRIMARY KEY(tree, id)) WITHOUT ROWID;
    CREATE INDEX sighting_patch ON sighting(patch);
    CREATE INDEX sighting_id ON sighting(id);

    -- How far the epochs of a mailing list's archive were read.
    CREATE TABLE epoch(
      list TEXT NOT NULL, number INTEGER NOT NULL, tip TEXT NOT NULL, seconds INTEGER NOT NULL,
      PRIMARY KEY(list, number)) WITHOUT ROWID;
    -- A posted series of patches; dirty until what its mails change was read.
    CREATE TABLE series(
      id INTEGER PRIMARY KEY AUTOINCREMENT, list TEXT NOT NULL, root TEXT NOT NULL, author TEXT NOT NULL,
      version INTEGER NOT NULL, count INTEGER NOT NULL, title TEXT NOT NULL, seconds INTEGER NOT NULL,
      state TEXT NOT NULL, patch INTEGER REFERENCES patch ON DELETE SET NULL, dirty INTEGER NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0, UNIQUE(list, root));
    CREATE INDEX series_root ON series(root);
    CREATE INDEX series_patch ON series(patch);
    CREATE INDEX series_dirty ON series(dirty, list);
    CREATE INDEX series_title ON series(title, author);
    CREATE INDEX series_author ON series(list, author, seconds);
    -- A mail with a patch or a cover letter, and where it lies in the list's archive.
    CREATE TABLE mail(
      list TEXT NOT NULL, id TEXT NOT NULL, series INTEGER NOT NULL REFERENCES series ON DELETE CASCADE,
      number INTEGER NOT NULL, title TEXT NOT NULL, author TEXT NOT NULL, epoch INTEGER NOT NULL, place TEXT NOT NULL,
      PRIMARY KEY(list, id)) WITHOUT ROWID;
    CREATE INDEX mail_id ON mail(id);
    CREATE INDEX mail_series ON mail(series);
    CREATE INDEX mail_title ON mail(title, author);

    CREATE TABLE subscription(
      id INTEGER PRIMARY KEY AUTOINCREMENT, place TEXT NOT NULL UNIQUE, name TEXT NOT NULL, content TEXT NOT NULL,
      head TEXT NOT NULL DEFAULT '', created INTEGER NOT NULL);
    -- What a driver uses, by name, and what it has of its own.
    CREATE TABLE driver(
      subscription INTEGER PRIMARY KEY REFERENCES subscription ON DELETE CASCADE, head TEXT NOT NULL,
      content BLOB NOT NULL);
    CREATE TABLE use(
      name TEXT NOT NULL, subscription INTEGER NOT NULL REFERENCES subscription ON DELETE CASCADE,
      content BLOB NOT NULL, PRIMARY KEY(name, subscription)) WITHOUT ROWID;
    CREATE INDEX use_subscription ON use(subscription);
    CREATE TABLE forecast(
      patch INTEGER NOT NULL REFERENCES patch ON DELETE CASCADE,
      subscription INTEGER NOT NULL REFERENCES subscription ON DELETE CASCADE, number INTEGER NOT NULL,
      certainty TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY(patch, subscription, number)) WITHOUT ROWID;
    CREATE INDEX forecast_subscription ON forecast(subscription);
    """

  private static let second = """
    -- A place of a tree that a patch left as it was.
    CREATE TABLE caller(
      patch INTEGER NOT NULL REFERENCES patch ON DELETE CASCADE, tree TEXT NOT NULL, number INTEGER NOT NULL,
      content BLOB NOT NULL, PRIMARY KEY(patch, tree, number)) WITHOUT ROWID;
    CREATE INDEX caller_tree ON caller(tree);
    -- A series for a driver that a patch is going to break, made for one state of the driver.
    CREATE TABLE draft(
      id INTEGER PRIMARY KEY AUTOINCREMENT, patch INTEGER NOT NULL REFERENCES patch ON DELETE CASCADE,
      subscription INTEGER NOT NULL REFERENCES subscription ON DELETE CASCADE, head TEXT NOT NULL,
      outcome TEXT NOT NULL, levels TEXT NOT NULL, report BLOB NOT NULL, series BLOB NOT NULL, created INTEGER NOT NULL,
      UNIQUE(patch, subscription));
    CREATE INDEX draft_subscription ON draft(subscription);
    """
}
