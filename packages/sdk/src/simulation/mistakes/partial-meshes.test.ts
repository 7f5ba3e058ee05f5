import { huntEach } from "./hunt.fixture.ts";
import { PARTIAL_MESH_MISTAKES } from "./partial-meshes.ts";

huntEach(PARTIAL_MESH_MISTAKES);
