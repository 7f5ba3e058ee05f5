import { openScenario } from "./provider-scenario.ts";
import { MeshProvider as Provider } from "@vecmesh/sdk/yjs";

openScenario(Provider);
