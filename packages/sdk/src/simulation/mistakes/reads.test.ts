import { huntEach } from "./hunt.fixture.ts";
import { READ_MISTAKES } from "./reads.ts";

huntEach(READ_MISTAKES);
