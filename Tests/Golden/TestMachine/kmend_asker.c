// SPDX-License-Identifier: GPL-2.0-or-later
// Asks for a module that is not there, and one that may be.
#include <linux/kmod.h>
#include <linux/module.h>

static int __init asker_init(void)
{
	return request_module("kmend-nowhere") ? -ENOENT : 0;
}
module_init(asker_init);
MODULE_DESCRIPTION("fixture of kmend");
MODULE_LICENSE("GPL");
