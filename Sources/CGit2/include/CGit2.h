/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KMEND_CGIT2_H
#define KMEND_CGIT2_H

#include <git2.h>

/* git_libgit2_opts() is variadic, which Swift can't call. */

/* Where configuration of one level is looked for; "" for nowhere. */
static inline int kmend_git_set_search_path(git_config_level_t level, const char *path) {
  return git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, (int)level, path);
}

/* Whether libgit2 refuses repositories of other users. */
static inline int kmend_git_set_owner_validation(int enabled) {
  return git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, enabled);
}

/* GIT_DIFF_INDENT_HEURISTIC and others are unsigned expressions, which Swift imports unevenly. */
static inline unsigned kmend_git_diff_flags(void) {
  return GIT_DIFF_NORMAL | GIT_DIFF_INDENT_HEURISTIC;
}

#endif
