@acpi_bus_get_device_1_call@
identifier E0;
expression E1, E2;
position p;
@@
E0@p = acpi_bus_get_device(E1, &E2)

@acpi_bus_get_device_1_else exists@
identifier E0;
expression E, E1, E2;
type T;
position n != acpi_bus_get_device_1_call.p, q;
@@
(
E0@n = E;
|
T E0 = E;
)
... when != E0 = acpi_bus_get_device(E1, &E2)
    when != E0 = E
E0@q

@acpi_bus_get_device_1_self@
identifier E0;
position p;
@@
E0@p = <+... E0 ...+>

@acpi_bus_get_device_1@
identifier E0;
identifier E2;
expression E, E_new, E1;
statement S1, S2;
position u != acpi_bus_get_device_1_else.q, q != acpi_bus_get_device_1_self.p;
@@
-E0 = acpi_bus_get_device(E1, &E2);
+E2 = acpi_fetch_acpi_dev(E1);
<... when != E0
     when != E2 = E_new
     when strict
(
 if (
-E0@u || !E2
+!E2
    ) S1 else S2
|
 if (
-!E0@u
+E2
    ) S1 else S2
|
 if (
-E0@u
+!E2
    ) S1 else S2
)
...>
?E0@q = E

@depends on acpi_bus_get_device_1@
identifier acpi_bus_get_device_1.E0, f;
type T;
@@
f(...) {
... when any
-T E0;
... when != E0
    when strict
}
