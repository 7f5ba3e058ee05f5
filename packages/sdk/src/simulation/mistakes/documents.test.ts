import { DOCUMENT_MISTAKES } from "./documents.ts";
import { huntEach } from "./hunt.fixture.ts";

huntEach(DOCUMENT_MISTAKES);
