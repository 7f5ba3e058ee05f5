import { DAMAGE_MISTAKES } from "./damage.ts";
import { huntEach } from "./hunt.fixture.ts";

huntEach(DAMAGE_MISTAKES);
