// SPDX-License-Identifier: GPL-2.0-or-later
// Asks for a module by an alias while it is loaded, and does not load without.
#include <linux/kmod.h>
#include <linux/module.h>

static int __init asker_init(void)
{
	return request_module("rtnl-link-dummy") ? -ENOENT : 0;
}
module_init(asker_init);

static void __exit asker_exit(void)
{
}
module_exit(asker_exit);
MODULE_DESCRIPTION("fixture of kmend");
MODULE_LICENSE("GPL");
