import { EPOCH_CHANGE_MISTAKES } from "./epoch-changes.ts";
import { huntEach } from "./hunt.fixture.ts";

huntEach(EPOCH_CHANGE_MISTAKES);
