import { huntEach } from "./hunt.fixture.ts";
import { MEMORY_MISTAKES } from "./memory.ts";

huntEach(MEMORY_MISTAKES);
