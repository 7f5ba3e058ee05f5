import { ABSENCE_MISTAKES } from "./absence.ts";
import { huntEach } from "./hunt.fixture.ts";

huntEach(ABSENCE_MISTAKES);
