/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Swift's module of the C library leaves malloc(3)'s own header out. */
#include <malloc.h>
