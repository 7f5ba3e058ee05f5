import { REPLICA_SET_MISTAKES } from "./replica-sets.ts";
import { huntEach } from "./hunt.fixture.ts";

huntEach(REPLICA_SET_MISTAKES);
