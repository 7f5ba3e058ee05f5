import { huntEach } from "./hunt.fixture.ts";
import { VOTERS_WORD_MISTAKES } from "./voters-words.ts";

huntEach(VOTERS_WORD_MISTAKES);
