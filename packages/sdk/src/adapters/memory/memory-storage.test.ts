import { describe, expect, it } from "vitest";
import type { DeviceId } from "../../core/node-id.ts";
import { storageContract } from "../../testing/storage-contract.ts";
import { memoryStorage } from "./memory-storage.ts";

const adapter = memoryStorage();
storageContract({ describe, it, expect }, { name: "memory", adapter: () => adapter });

describe("memory storage", () => {
  it("shares nothing between adapters, and takes the device it is given", async () => {
    const deviceId = "0123456789abcdef0123456789abcdef" as DeviceId;
    const store = await memoryStorage({ deviceId }).open({ room: "room", replicaName: "name" });
    await store.commit({ puts: [["a", new Uint8Array(1)]], deletes: [] }, "strict");
    const stranger = await memoryStorage().open({ room: "room", replicaName: "name" });
    expect(store.deviceId).toBe(deviceId);
    expect(stranger.deviceId).not.toBe(deviceId);
    expect(await stranger.get(["a"])).toEqual([undefined]);
  });
});
