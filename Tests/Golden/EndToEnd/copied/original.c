// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/string.h>

static char copied_name[16];

static int __init copied_init(void)
{
	strlcpy(copied_name, KBUILD_MODNAME, sizeof(copied_name));
	return 0;
}

static void __exit copied_exit(void)
{
}

module_init(copied_init);
module_exit(copied_exit);

MODULE_DESCRIPTION("A driver whose source is compiled under another name");
MODULE_LICENSE("GPL");
