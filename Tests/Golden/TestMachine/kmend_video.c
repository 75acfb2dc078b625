// SPDX-License-Identifier: GPL-2.0-or-later
// Needs a module of the image package, which needs another one; and would like two more, one of which does not exist.
#include <linux/module.h>
#include <media/v4l2-dev.h>

static struct video_device *video;

static int __init video_init(void)
{
	video = video_device_alloc();
	return video ? 0 : -ENOMEM;
}
module_init(video_init);

static void __exit video_exit(void)
{
	video_device_release(video);
}
module_exit(video_exit);
MODULE_SOFTDEP("pre: dummy kmend-nowhere");
MODULE_DESCRIPTION("fixture of kmend");
MODULE_LICENSE("GPL");
