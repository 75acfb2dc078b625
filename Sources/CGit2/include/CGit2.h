/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <git2.h>
