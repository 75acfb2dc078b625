@acpi_bus_get_device_1@
identifier E0;
expression E, E1, E2;
statement S1, S2;
@@
-E0 = acpi_bus_get_device(E1, &E2);
+E2 = acpi_fetch_acpi_dev(E1);
<... when != E0
(
 if (
-E0 || !E2
+!E2
    ) S1 else S2
|
 if (
-E0
+!E2
    ) S1 else S2
)
...>
?E0 = E

@depends on acpi_bus_get_device_1@
identifier acpi_bus_get_device_1.E0;
type T;
@@
-T E0;
... when != E0
    when strict
