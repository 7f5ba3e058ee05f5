import { COLLECTION_MISTAKES } from "./collection.ts";
import { huntEach } from "./hunt.fixture.ts";

huntEach(COLLECTION_MISTAKES);
