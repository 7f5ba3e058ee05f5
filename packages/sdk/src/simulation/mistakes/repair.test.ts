import { huntEach } from "./hunt.fixture.ts";
import { REPAIR_MISTAKES } from "./repair.ts";

huntEach(REPAIR_MISTAKES);
