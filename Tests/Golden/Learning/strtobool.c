static ssize_t store(struct device *dev, const char *buf, size_t n)
{
	bool on;

	if (strtobool(buf, &on) < 0 &&
	    strtobool(buf + 1,
		      &on) < 0)
		return -EINVAL;
	return n;
}
