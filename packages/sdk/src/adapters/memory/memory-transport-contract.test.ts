import { describe, expect, it } from "vitest";
import { transportContract } from "../../testing/transport-contract.ts";
import { MemoryNetwork } from "./memory-transport.ts";

const network = new MemoryNetwork();
transportContract({ describe, it, expect }, { name: "memory", adapter: () => network.transport() });
