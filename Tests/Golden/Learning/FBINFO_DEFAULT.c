static int thing_probe(struct fb_info *info)
{
	info->fbops = &thing_ops;
	info->flags = FBINFO_DEFAULT | FBINFO_HWACCEL_YPAN;
	other->flags = FBINFO_DEFAULT;
	if (!info->screen_base)
		return -ENOMEM;
	return 0;
}
