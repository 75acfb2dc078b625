@acpi_bus_get_device_1@
expression E0, E1, E2;
@@
-E0 = acpi_bus_get_device(E1, &E2);
+E2 = acpi_fetch_acpi_dev(E1);

@acpi_bus_get_device_2@
expression E0, E1, E2;
@@
-E0 = acpi_bus_get_device(E1, E2);
