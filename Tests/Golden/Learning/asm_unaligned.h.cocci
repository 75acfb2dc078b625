@include_asm_unaligned_h_1@
@@
-#include <asm/unaligned.h>
+#include <linux/unaligned.h>

@include_asm_unaligned_h_2@
@@
-#include <asm/unaligned.h>
+#include <acpi/apei.h>
