import { openScenario } from "./provider-scenario.ts";
import { WebrtcProvider as Provider } from "y-webrtc";

openScenario(Provider);
