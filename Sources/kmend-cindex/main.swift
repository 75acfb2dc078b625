// SPDX-License-Identifier: GPL-2.0-or-later

import ClangIndex
import Glibc

signal(SIGPIPE, SIG_IGN)
exit(serveFrontend())
