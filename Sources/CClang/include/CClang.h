/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <clang-c/Index.h>
#include <malloc.h>

/* Gives free memory back to the system; Swift's Glibc module does not show malloc_trim(3). */
static inline void release_free_memory(void) { malloc_trim(0); }
