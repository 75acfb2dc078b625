static void thing_off(void)
{
	struct acpi_device *ad = NULL;
	int r;

	r = acpi_bus_get_device(handle, &ad);
	if (r || !ad) {
		pr_warn("no device\n");
		return;
	}
	thing_disable(ad);
}

static int thing_read(struct thing *thing)
{
	struct acpi_device *adev;
	int ret;

	ret = acpi_bus_get_device(thing->handle, &adev);
	if (ret)
		return -ENODEV;
	return thing_show(adev);
}

static int thing_log(struct thing *thing)
{
	struct acpi_device *adev;
	int ret;

	ret = acpi_bus_get_device(thing->handle, &adev);
	pr_info("%d\n", ret);
	return ret;
}

static int thing_sign(struct thing *thing)
{
	struct acpi_device *adev;
	int ret;

	ret = acpi_bus_get_device(thing->handle, &adev);
	if (ret < 0)
		return -ENODEV;
	return thing_show(adev);
}

static int thing_twice(struct thing *thing)
{
	struct acpi_device *adev;
	int ret;

	ret = acpi_bus_get_device(thing->handle, &adev);
	if (ret)
		return -ENODEV;
	ret = thing_show(adev);
	if (ret)
		return ret;
	return 0;
}
