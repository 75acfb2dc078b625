// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

MODULE_DESCRIPTION("without its patch");
MODULE_LICENSE("GPL");
