// SPDX-License-Identifier: GPL-2.0-or-later
// Takes its device away neither on failure nor when it is unloaded.
#include <linux/module.h>
#include <linux/proc_fs.h>

static int __init leaver_init(void)
{
	proc_mkdir("kmend_leaver", NULL);
	return 0;
}
module_init(leaver_init);

static void __exit leaver_exit(void)
{
}
module_exit(leaver_exit);
MODULE_DESCRIPTION("fixture of kmend");
MODULE_LICENSE("GPL");
