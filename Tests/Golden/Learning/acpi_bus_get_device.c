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

static int returned(struct thing *thing)
{
	struct acpi_device *adev;
	int ret;

	ret = acpi_bus_get_device(thing->handle, &adev);
	if (ret)
		return ret;
	return 0;
}

static int left_goto(struct thing *thing)
{
	struct acpi_device *adev;
	int ret;

	ret = acpi_bus_get_device(thing->handle, &adev);
	if (ret)
		goto out;
	thing_disable(adev);
out:
	return ret;
}

static int left_fallback(struct thing *thing)
{
	struct acpi_device *adev;
	int ret;

	ret = acpi_bus_get_device(thing->handle, &adev);
	if (ret)
		ret = thing_legacy(thing);
	if (ret)
		return -ENODEV;
	return 0;
}

static int left_conditional(struct thing *thing)
{
	struct acpi_device *adev = NULL;
	int ret = 0;

	if (thing->handle)
		ret = acpi_bus_get_device(thing->handle, &adev);
	if (ret)
		return -ENODEV;
	return 0;
}

static int left_carried(struct thing *thing)
{
	struct acpi_device *adev;
	int ret = 0;

	while (thing_next(thing)) {
		if (ret)
			break;
		ret = acpi_bus_get_device(thing->handle, &adev);
	}
	return 0;
}

static int left_self(struct thing *thing)
{
	struct acpi_device *adev;
	int ret;

	ret = acpi_bus_get_device(thing->handle, &adev);
	ret = ret ? -ENODEV : 0;
	return ret;
}

static int left_stale(struct thing *thing)
{
	struct acpi_device *adev;
	int ret;

	ret = acpi_bus_get_device(thing->handle, &adev);
	adev = thing->fallback;
	if (ret)
		return -ENODEV;
	return 0;
}

static int left_value(struct thing *thing)
{
	struct acpi_device *adev;
	int ret;

	if ((ret = acpi_bus_get_device(thing->handle, &adev)))
		return -ENODEV;
	return 0;
}

static int turned(struct thing *thing)
{
	struct acpi_device *adev;
	int ret;

	ret = acpi_bus_get_device(thing->handle, &adev);
	if (!ret)
		thing_disable(adev);
	return 0;
}

static void each_round(struct thing *thing)
{
	do {
		struct acpi_device *ad = NULL;
		int r;

		r = acpi_bus_get_device(thing->handle, &ad);
		if (r || !ad) {
			pr_warn("no device\n");
			break;
		}
		thing_disable(ad);
	} while (0);
}
