// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include "config.h"

MODULE_VERSION(CONFIGURED);
MODULE_INFO(variant, "old");
MODULE_DESCRIPTION("without its patch");
MODULE_LICENSE("GPL");
