import { QUORUM_MISTAKES } from "./quorum.ts";
import { huntEach } from "./hunt.fixture.ts";

huntEach(QUORUM_MISTAKES);
