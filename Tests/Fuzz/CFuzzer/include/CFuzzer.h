/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KMEND_CFUZZER_H
#define KMEND_CFUZZER_H

#include <stddef.h>
#include <stdint.h>

/* https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library */
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*body)(const uint8_t *bytes, size_t count));

#endif
