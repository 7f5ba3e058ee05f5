import { SYNC_MISTAKES } from "./sync.ts";
import { huntEach } from "./hunt.fixture.ts";

huntEach(SYNC_MISTAKES);
